package org.bufferyard.api.contract;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;

/** Byte-accurate memory for tests: RAM banks, some of their ranges without a linear mapping. */
public final class PlainMemory implements PhysMemory {
  private final List<PhysRange> banks;
  private final List<PhysRange> noMap;
  private final Map<Long, byte[]> pages = new HashMap<>();

  public PlainMemory(List<PhysRange> banks, List<PhysRange> noMap) {
    this.banks = List.copyOf(banks);
    this.noMap = List.copyOf(noMap);
  }

  @Override
  public PageBacking backing(long phys) {
    if (noMap.stream().anyMatch(r -> r.contains(phys))) {
      return PageBacking.UNMAPPED;
    }
    return isRam(phys) ? PageBacking.LINEAR : PageBacking.NONE;
  }

  @Override
  public boolean isRam(long phys) {
    return banks.stream().anyMatch(r -> r.contains(phys));
  }

  @Override
  public void read(long phys, byte[] into, int offset, int length) {
    for (int done = 0; done < length; ) {
      long at = phys + done;
      int part = part(at, length - done);
      byte[] page = pages.get(at >>> PageRef.SHIFT);
      if (page == null) {
        Arrays.fill(into, offset + done, offset + done + part, isRam(at) ? 0 : (byte) 0xff);
      } else {
        System.arraycopy(page, inPage(at), into, offset + done, part);
      }
      done += part;
    }
  }

  @Override
  public void write(long phys, byte[] from, int offset, int length) {
    for (int done = 0; done < length; ) {
      long at = phys + done;
      int part = part(at, length - done);
      if (isRam(at)) {
        System.arraycopy(from, offset + done, page(at), inPage(at), part);
      }
      done += part;
    }
  }

  @Override
  public void fill(long phys, long length, byte value) {
    for (long at = phys; at < phys + length; ) {
      int part = part(at, phys + length - at);
      if (part == PageRef.SIZE && value == 0) {
        pages.remove(at >>> PageRef.SHIFT);
      } else if (isRam(at)) {
        Arrays.fill(page(at), inPage(at), inPage(at) + part, value);
      }
      at += part;
    }
  }

  private byte[] page(long at) {
    return pages.computeIfAbsent(at >>> PageRef.SHIFT, k -> new byte[(int) PageRef.SIZE]);
  }

  private static int inPage(long at) {
    return (int) (at & (PageRef.SIZE - 1));
  }

  /** Bytes of a page that are all RAM or all not: to its end, or one where a bank ends inside. */
  private int part(long at, long left) {
    int part = (int) Math.min(left, PageRef.SIZE - inPage(at));
    return isRam(at) == isRam(at + part - 1) ? part : 1;
  }
}
