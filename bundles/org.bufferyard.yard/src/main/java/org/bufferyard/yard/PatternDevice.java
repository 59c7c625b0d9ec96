package org.bufferyard.yard;

import java.util.Optional;
import java.util.zip.CRC32C;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.iommu.Translation.Fault;

/**
 * The hardware of a device that no kind describes: it writes frames whose bytes follow from their
 * number, and reads frames, with the CRC-32C of what went over its bus. Engine thread only.
 */
final class PatternDevice implements Device {
  private static final int BURST = 1 << 16;

  private final DeviceBus bus;
  private final byte[] burst = new byte[BURST];

  PatternDevice(DeviceBus bus) {
    this.bus = bus;
  }

  @Override
  public FrameResult fill(Frame frame) {
    return transfer(frame, true);
  }

  @Override
  public FrameResult consume(Frame frame) {
    return transfer(frame, false);
  }

  @Override
  public void close() {}

  private FrameResult transfer(Frame frame, boolean write) {
    CRC32C checksum = new CRC32C();
    long position = 0;
    for (Frame.BusSegment segment : frame.segments()) {
      long length = Math.min(segment.length(), frame.sizeBytes() - position);
      for (long at = 0; at < length; ) {
        int part = (int) Math.min(BURST, length - at);
        long address = segment.address() + at;
        if (write) {
          pattern(frame.sequence(), position, part);
        }
        Optional<Fault> fault =
            write ? bus.write(address, burst, 0, part) : bus.read(address, burst, 0, part);
        if (fault.isPresent()) {
          long arrived = Math.clamp(fault.get().address() - address, 0L, part);
          checksum.update(burst, 0, (int) arrived);
          return new FrameResult(checksum.getValue(), fault);
        }
        checksum.update(burst, 0, part);
        at += part;
        position += part;
      }
    }
    return new FrameResult(checksum.getValue(), Optional.empty());
  }

  /** A byte depends on the frame's number and on its own place, so that a shifted frame shows. */
  private void pattern(long sequence, long position, int length) {
    for (int i = 0; i < length; i++) {
      long mixed = (sequence + 1) * 0x9e37_79b9_7f4a_7c15L + (position + i) * 0xbf58_476d_1ce4_e5b9L;
      burst[i] = (byte) (mixed >>> 56 ^ mixed >>> 32);
    }
  }
}
