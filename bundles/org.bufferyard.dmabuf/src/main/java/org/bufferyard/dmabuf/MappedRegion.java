package org.bufferyard.dmabuf;

import java.util.HashMap;
import java.util.Map;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;

/** {@code struct vm_area_struct} over an exporter's mapping. */
final class MappedRegion implements UserMapping {
  private static final int PAGE = (int) PageRef.SIZE;

  private final CpuMapping memory;
  private final long sizeBytes;
  private final Protection protection;
  private final boolean shared;
  private final Holder holder;

  /** What a private mapping has written: pages of the process's own, by offset. */
  private final Map<Long, byte[]> copies = new HashMap<>();

  private boolean mapped = true;

  /** What a mapping keeps: a reference on its file, and what is counted with it. */
  interface Holder {
    /** vma_dup(), the file's part: one mapping more. */
    void get();

    /** One mapping less. */
    void put();
  }

  /**
   * @param holder with a reference that the mapping takes over
   */
  MappedRegion(
      CpuMapping memory,
      long sizeBytes,
      Protection protection,
      boolean shared,
      Holder holder) {
    this.memory = memory;
    this.sizeBytes = sizeBytes;
    this.protection = protection;
    this.shared = shared;
    this.holder = holder;
  }

  boolean isMapped() {
    return mapped;
  }

  /** dup_mmap(): the same memory in another process; what was written privately is copied. */
  MappedRegion forked() {
    holder.get();
    MappedRegion child = new MappedRegion(memory, sizeBytes, protection, shared, holder);
    copies.forEach((page, bytes) -> child.copies.put(page, bytes.clone()));
    return child;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int load(long offset, byte[] into) {
    // A page that can be written can be read: no page table here says otherwise.
    return walk(offset, into, protection.read() || protection.write(), false);
  }

  @Override
  public int store(long offset, byte[] from) {
    return walk(offset, from, protection.write(), true);
  }

  /** Page by page, as the processor would find the fault. */
  private int walk(long offset, byte[] bytes, boolean allowed, boolean write) {
    int done = 0;
    while (done < bytes.length) {
      long at = offset + done;
      if (!mapped || !allowed || at < 0 || at >= sizeBytes) {
        return SIGSEGV;
      }
      int length = (int) Math.min(bytes.length - done, PAGE - (at & (PAGE - 1)));
      if (at + length > memory.size()) {
        // The exporter's fault handler has no page here.
        return SIGBUS;
      }
      move(at, bytes, done, length, write);
      done += length;
    }
    return 0;
  }

  private void move(long at, byte[] bytes, int from, int length, boolean write) {
    long page = at & -PAGE;
    byte[] copy =
        write && !shared ? copies.computeIfAbsent(page, this::copyOf) : copies.get(page);
    if (copy == null) {
      if (write) {
        memory.write(at, bytes, from, length);
      } else {
        memory.read(at, bytes, from, length);
      }
      return;
    }
    int inside = (int) (at - page);
    if (write) {
      System.arraycopy(bytes, from, copy, inside, length);
    } else {
      System.arraycopy(copy, inside, bytes, from, length);
    }
  }

  /** wp_page_copy(). */
  private byte[] copyOf(long page) {
    byte[] copy = new byte[PAGE];
    memory.read(page, copy, 0, PAGE);
    return copy;
  }

  @Override
  public void munmap() {
    if (mapped) {
      mapped = false;
      copies.clear();
      holder.put();
    }
  }
}
