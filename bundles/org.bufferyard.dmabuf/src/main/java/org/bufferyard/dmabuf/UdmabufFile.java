package org.bufferyard.dmabuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.Seals;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;

/** {@code /dev/udmabuf} ({@code drivers/dma-buf/udmabuf.c}, G2). */
final class UdmabufFile implements UserFile {
  /** list_limit. */
  private static final int MOST_ITEMS = 1024;

  /** size_limit_mb, in pages. */
  private static final long MOST_PAGES = 64L << 20 >>> PageRef.SHIFT;

  /** UDMABUF_FLAGS_CLOEXEC. */
  private static final int CLOEXEC = 1;

  /** Size of {@code struct udmabuf_create} and of an item of the list. */
  private static final int ITEM_BYTES = 24;

  private static final int LIST_HEAD_BYTES = 8;

  /** {@code struct udmabuf_create_item}; offset and size in bytes. */
  private record Item(int memfd, long offset, long sizeBytes) {}

  private final UserSpace space;
  private final KernelProfile kernel;
  private final Narrator narrator;

  UdmabufFile(UserSpace space, KernelProfile kernel, Narrator narrator) {
    this.space = space;
    this.kernel = kernel;
    this.narrator = narrator;
  }

  @Override
  public void close() {}

  @Override
  public int ioctl(DescriptorTable process, long request, byte[] argument) {
    long number = request & 0xffff_ffffL;
    ByteBuffer struct = ByteBuffer.wrap(argument).order(ByteOrder.LITTLE_ENDIAN);
    if (number == DmaBufIoctl.UDMABUF_CREATE) {
      return argument.length < ITEM_BYTES
          ? Errno.EFAULT.rc()
          : create(process, struct.getInt(4), List.of(item(struct, 0)));
    }
    if (number != DmaBufIoctl.UDMABUF_CREATE_LIST) {
      return Errno.ENOTTY.rc();
    }
    if (argument.length < LIST_HEAD_BYTES) {
      return Errno.EFAULT.rc();
    }
    int count = struct.getInt(4);
    if (Integer.compareUnsigned(count, MOST_ITEMS) > 0) {
      return refused(Errno.EINVAL, Integer.toUnsignedString(count) + " items, the limit is 1024");
    }
    if (argument.length < LIST_HEAD_BYTES + count * ITEM_BYTES) {
      return Errno.EFAULT.rc();
    }
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(item(struct, LIST_HEAD_BYTES + i * ITEM_BYTES));
    }
    return create(process, struct.getInt(0), items);
  }

  private static Item item(ByteBuffer struct, int at) {
    return new Item(struct.getInt(at), struct.getLong(at + 8), struct.getLong(at + 16));
  }

  /** udmabuf_create(): sizes first, then each file, then its pages. */
  private int create(DescriptorTable process, int flags, List<Item> items) {
    long pages = 0;
    for (Item item : items) {
      if (((item.offset() | item.sizeBytes()) & (PageRef.SIZE - 1)) != 0) {
        return refused(Errno.EINVAL, "offset or size is not in pages");
      }
      pages += item.sizeBytes() >>> PageRef.SHIFT;
      if (pages > MOST_PAGES) {
        return refused(Errno.EINVAL, "more than " + (MOST_PAGES << PageRef.SHIFT) + " bytes");
      }
    }
    if (pages == 0) {
      return refused(Errno.EINVAL, "no pages");
    }
    PinnedPages pinned = new PinnedPages();
    for (Item item : items) {
      int rc = pin(process, item, pinned);
      if (rc < 0) {
        pinned.release();
        return rc;
      }
    }
    return space.udmabuf(pinned, process, (flags & CLOEXEC) != 0 ? UserProcess.O_CLOEXEC : 0);
  }

  private int pin(DescriptorTable process, Item item, PinnedPages pinned) {
    Optional<UserFile> file = process.file(item.memfd());
    if (!(file.orElse(null) instanceof Memfd memfd)
        || memfd.isHuge() && !CoreRules.UDMABUF_HUGE.holdsIn(kernel)) {
      return refused(Errno.EBADFD, "descriptor " + item.memfd() + " is no memfd that it takes");
    }
    int seals = memfd.seals();
    if ((seals & Seals.SHRINK) == 0) {
      return refused(Errno.EINVAL, "the memfd could shrink");
    }
    if ((seals & (Seals.WRITE | Seals.FUTURE_WRITE)) != 0) {
      return refused(Errno.EINVAL, "the memfd is sealed against writing");
    }
    for (long at = 0; at < item.sizeBytes(); at += PageRef.SIZE) {
      Optional<Memfd.Pinned> page = memfd.pin(item.offset() + at);
      if (page.isEmpty()) {
        return refused(Errno.EINVAL, "the memfd has no page at " + (item.offset() + at));
      }
      pinned.add(memfd, page.get());
    }
    return 0;
  }

  private int refused(Errno errno, String why) {
    String text = Errno.text(errno.rc());
    narrator.decided(CoreRules.UDMABUF, "udmabuf", why + ": " + text, "errno", text);
    return errno.rc();
  }
}
