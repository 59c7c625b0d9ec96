package org.bufferyard.api.device;

import java.util.Optional;
import java.util.zip.CRC32C;
import org.bufferyard.api.iommu.Translation;

/**
 * Hardware that moves frames whose bytes follow from their number: what most device types need.
 * Filling writes {@link #patternByte}, consuming reads what is there; both go through the device's
 * own bus and answer the CRC-32C of the bytes that crossed it.
 *
 * <p>Moves at most 64 KiB at a time through one buffer of its own. Engine thread only.
 *
 * <p>Not modelled: pixel formats, strides, timing, compression.
 */
public final class PatternedDevice implements Device {
  private static final int BURST = 64 * 1024;

  private final DeviceBus bus;
  private final byte[] burst = new byte[BURST];

  public PatternedDevice(DeviceBus bus) {
    this.bus = bus;
  }

  /** Byte {@code index} of frame {@code sequence}: a mixed 64-bit word for every 8 bytes. */
  public static byte patternByte(long sequence, long index) {
    return (byte) (word(sequence, index >>> 3) >>> ((index & 7) << 3));
  }

  /** The finaliser of SplitMix64 over both numbers. */
  private static long word(long sequence, long index) {
    long z = sequence * 0x9e3779b97f4a7c15L + index + 1;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** CRC-32C of a frame that arrived as {@link #fill} sent it. */
  public static long checksum(long sequence, long sizeBytes) {
    CRC32C crc = new CRC32C();
    byte[] bytes = new byte[(int) Math.min(BURST, sizeBytes)];
    for (long at = 0; at < sizeBytes; ) {
      int length = (int) Math.min(bytes.length, sizeBytes - at);
      pattern(sequence, at, bytes, length);
      crc.update(bytes, 0, length);
      at += length;
    }
    return crc.getValue();
  }

  private static void pattern(long sequence, long at, byte[] into, int length) {
    for (int i = 0; i < length; i++) {
      into[i] = patternByte(sequence, at + i);
    }
  }

  @Override
  public FrameResult fill(Frame frame) {
    return move(frame, true);
  }

  @Override
  public FrameResult consume(Frame frame) {
    return move(frame, false);
  }

  private FrameResult move(Frame frame, boolean write) {
    CRC32C crc = new CRC32C();
    long at = 0;
    for (Frame.BusSegment segment : frame.segments()) {
      long end = at + Math.min(segment.length(), frame.sizeBytes() - at);
      for (long address = segment.address(); at < end; ) {
        int length = (int) Math.min(BURST, end - at);
        Optional<Translation.Fault> fault = burst(frame.sequence(), at, address, length, write);
        if (fault.isPresent()) {
          long arrived = Math.clamp(fault.get().address() - address, 0L, length);
          crc.update(burst, 0, (int) arrived);
          return new FrameResult(crc.getValue(), fault);
        }
        crc.update(burst, 0, length);
        at += length;
        address += length;
      }
    }
    return new FrameResult(crc.getValue(), Optional.empty());
  }

  private Optional<Translation.Fault> burst(
      long sequence, long at, long address, int length, boolean write) {
    if (!write) {
      return bus.read(address, burst, 0, length);
    }
    pattern(sequence, at, burst, length);
    return bus.write(address, burst, 0, length);
  }

  /** Holds nothing but its buffer. */
  @Override
  public void close() {}
}
