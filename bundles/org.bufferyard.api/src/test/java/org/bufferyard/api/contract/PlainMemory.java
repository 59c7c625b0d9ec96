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
    for (int i = 0; i < length; i++) {
      byte[] page = pages.get((phys + i) >>> PageRef.SHIFT);
      byte empty = isRam(phys + i) ? 0 : (byte) 0xff;
      into[offset + i] = page == null ? empty : page[(int) ((phys + i) & (PageRef.SIZE - 1))];
    }
  }

  @Override
  public void write(long phys, byte[] from, int offset, int length) {
    for (int i = 0; i < length; i++) {
      if (isRam(phys + i)) {
        pages.computeIfAbsent((phys + i) >>> PageRef.SHIFT, k -> new byte[(int) PageRef.SIZE])[
                (int) ((phys + i) & (PageRef.SIZE - 1))] =
            from[offset + i];
      }
    }
  }

  @Override
  public void fill(long phys, long length, byte value) {
    byte[] page = new byte[(int) PageRef.SIZE];
    Arrays.fill(page, value);
    for (long at = phys; at < phys + length; ) {
      int inside = (int) (at & (PageRef.SIZE - 1));
      int part = (int) Math.min(phys + length - at, PageRef.SIZE - inside);
      if (part == PageRef.SIZE && value == 0 && isRam(at)) {
        pages.remove(at >>> PageRef.SHIFT);
      } else {
        write(at, page, 0, part);
      }
      at += part;
    }
  }
}
