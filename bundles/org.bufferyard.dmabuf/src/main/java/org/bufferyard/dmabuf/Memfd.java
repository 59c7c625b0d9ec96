package org.bufferyard.dmabuf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dmabuf.Seals;
import org.bufferyard.api.dmabuf.UserProcess.MmapResult;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.platform.yard.CpuCache;

/**
 * A file of memfd_create(): pages that come when they are touched, in ordinary or in huge pages
 * ({@code mm/memfd.c}, {@code mm/shmem.c}).
 *
 * <p>Not modelled: reading and writing it other than through mappings, swapping.
 */
final class Memfd implements UserFile {
  private static final int HUGE_ORDER = 9;

  /** A page and who holds it: the file, and every udmabuf that pinned it. */
  static final class Page {
    private final PageStore.Block block;
    private int holders = 1;

    Page(PageStore.Block block) {
      this.block = block;
    }
  }

  private final PageStore store;
  private final CpuCache cache;
  private final int order;
  private int seals;
  private long sizeBytes;

  /** The descriptor and every mapping. */
  private int references = 1;

  /** Shared mappings that can store. */
  private int writers;

  /** By index, in pages of this file's size. */
  private final Map<Long, Page> pages = new HashMap<>();

  Memfd(PageStore store, CpuCache cache, boolean huge, int seals) {
    this.store = store;
    this.cache = cache;
    this.order = huge ? HUGE_ORDER : 0;
    this.seals = seals;
  }

  boolean isHuge() {
    return order != 0;
  }

  int seals() {
    return seals;
  }

  private long pageBytes() {
    return PageRef.SIZE << order;
  }

  /** memfd_add_seals(). */
  int addSeals(int added) {
    if ((added & ~Seals.ALL) != 0) {
      return Errno.EINVAL.rc();
    }
    if ((seals & Seals.SEAL) != 0) {
      return Errno.EPERM.rc();
    }
    if ((added & ~seals & Seals.WRITE) != 0 && writers > 0) {
      return Errno.EBUSY.rc();
    }
    seals |= added;
    return 0;
  }

  /** ftruncate(): pages beyond the new end go. */
  int truncate(long length) {
    if (length < 0 || length % pageBytes() != 0 && isHuge()) {
      return Errno.EINVAL.rc();
    }
    if (length < sizeBytes && (seals & Seals.SHRINK) != 0
        || length > sizeBytes && (seals & Seals.GROW) != 0) {
      return Errno.EPERM.rc();
    }
    sizeBytes = length;
    long count = (length + pageBytes() - 1) / pageBytes();
    List<Long> beyond = pages.keySet().stream().filter(i -> i >= count).toList();
    beyond.forEach(i -> unpin(pages.remove(i)));
    return 0;
  }

  // ---- pages ----

  /** The page of a byte, made if need be; empty beyond the end and without memory. */
  private Optional<Page> page(long offset) {
    if (Long.compareUnsigned(offset, PageRef.align(sizeBytes)) >= 0) {
      return Optional.empty();
    }
    long index = offset / pageBytes();
    Page present = pages.get(index);
    if (present != null) {
      return Optional.of(present);
    }
    Optional<Page> made = store.block(order).map(Page::new);
    made.ifPresent(page -> pages.put(index, page));
    return made;
  }

  /** A 4096-byte page that a udmabuf holds. */
  record Pinned(Page page, long phys) {}

  /** Pins the page that holds a byte; empty beyond the end of the file. */
  Optional<Pinned> pin(long offset) {
    Optional<Page> page = page(offset);
    page.ifPresent(p -> p.holders++);
    return page.map(p -> new Pinned(p, p.block.base() + offset % pageBytes()));
  }

  void unpin(Page page) {
    page.holders--;
    if (page.holders == 0) {
      store.free(page.block);
    }
  }

  // ---- the file ----

  @Override
  public void close() {
    references--;
    if (references == 0) {
      pages.values().forEach(this::unpin);
      pages.clear();
    }
  }

  @Override
  public long llseek(long offset, int whence) {
    return whence == 2 ? sizeBytes + offset : whence == 0 && offset >= 0 ? offset : Errno.EINVAL.rc();
  }

  @Override
  public MmapResult mmap(long pageOffset, long length, Protection protection, boolean shared) {
    boolean stores = shared && protection.write();
    if (stores && (seals & (Seals.WRITE | Seals.FUTURE_WRITE)) != 0) {
      return new MmapResult(Errno.EPERM.rc(), Optional.empty());
    }
    MappedRegion.Holder holder = new Holder(stores);
    holder.get();
    return new MmapResult(
        0,
        Optional.of(
            new MappedRegion(
                new View(pageOffset << PageRef.SHIFT),
                length,
                protection,
                shared,
                holder)));
  }

  /** A mapping of the file; {@code stores}: it is shared and can be written. */
  private final class Holder implements MappedRegion.Holder {
    private final boolean stores;

    Holder(boolean stores) {
      this.stores = stores;
    }

    @Override
    public void get() {
      references++;
      writers += stores ? 1 : 0;
    }

    @Override
    public void put() {
      writers -= stores ? 1 : 0;
      close();
    }
  }

  /** shmem_fault(): as much of the file as there is, from an offset on. */
  private final class View implements CpuMapping {
    private final long start;

    View(long start) {
      this.start = start;
    }

    @Override
    public long size() {
      return Math.max(0, PageRef.align(sizeBytes) - start);
    }

    @Override
    public Pgprot pgprot() {
      return Pgprot.CACHED;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) {
      cache.read(phys(offset), Pgprot.CACHED, into, at, length);
    }

    @Override
    public void write(long offset, byte[] from, int at, int length) {
      cache.write(phys(offset), Pgprot.CACHED, from, at, length);
    }

    /** Within one page of 4096 bytes, as a mapping asks. */
    private long phys(long offset) {
      long byteOfFile = start + offset;
      return page(byteOfFile).orElseThrow().block.base() + byteOfFile % pageBytes();
    }
  }
}
