package org.bufferyard.api.contract;

import java.util.Optional;
import java.util.TreeMap;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.iommu.Translation;

/** Memory seen from one device, with a hole that faults and a note of what was touched. */
public final class PlainBus implements DeviceBus {
  private final TreeMap<Long, Byte> bytes = new TreeMap<>();
  private long hole = -1L;
  private long reads;
  private long writes;

  /** Accesses to this address and above fault. */
  public void faultFrom(long address) {
    hole = address;
  }

  /** The byte at an address; empty when nobody wrote it. */
  public Optional<Byte> at(long address) {
    return Optional.ofNullable(bytes.get(address));
  }

  /** Lowest and highest address that was written; empty when none was. */
  public Optional<long[]> written() {
    return bytes.isEmpty()
        ? Optional.empty()
        : Optional.of(new long[] {bytes.firstKey(), bytes.lastKey()});
  }

  /** Bytes written so far at different addresses. */
  public int bytesWritten() {
    return bytes.size();
  }

  /** Accesses of either kind, whether they faulted or not. */
  public long accesses() {
    return reads + writes;
  }

  private static boolean isBelow(long address, long limit) {
    return Long.compareUnsigned(address, limit) < 0;
  }

  @Override
  public Optional<Translation.Fault> read(long address, byte[] into, int offset, int length) {
    reads++;
    for (int i = 0; i < length; i++) {
      if (!isBelow(address + i, hole)) {
        return Optional.of(new Translation.Fault(1, "PAGE FAULT", address + i, false));
      }
      into[offset + i] = bytes.getOrDefault(address + i, (byte) 0);
    }
    return Optional.empty();
  }

  @Override
  public Optional<Translation.Fault> write(long address, byte[] from, int offset, int length) {
    writes++;
    for (int i = 0; i < length; i++) {
      if (!isBelow(address + i, hole)) {
        return Optional.of(new Translation.Fault(1, "PAGE FAULT", address + i, true));
      }
      bytes.put(address + i, from[offset + i]);
    }
    return Optional.empty();
  }
}
