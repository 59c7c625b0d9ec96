package org.bufferyard.api.contract;

import java.util.Optional;
import java.util.zip.CRC32C;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.KernelProfile;

/** The plainest device that keeps the contract, and one defect at a time on request. */
final class PlainDeviceKind implements DeviceKind {

  /** What is wrong with it. */
  enum Defect {
    NONE,
    /** Goes on after a fault and says nothing. */
    FAULT_IS_SWALLOWED,
    /** The same picture for every sequence number. */
    FROZEN_PICTURE,
    /** Reads with a write. */
    CONSUME_WRITES_BACK
  }

  private final Defect defect;

  PlainDeviceKind(Defect defect) {
    this.defect = defect;
  }

  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return DriverFacts.unknown();
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new Plain(context.bus());
  }

  private final class Plain implements Device {
    private final DeviceBus bus;

    Plain(DeviceBus bus) {
      this.bus = bus;
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
      long done = 0;
      for (Frame.BusSegment segment : frame.segments()) {
        int length = (int) Math.min(segment.length(), frame.sizeBytes() - done);
        if (length == 0) {
          break;
        }
        byte[] bytes = new byte[length];
        Optional<Translation.Fault> fault =
            write
                ? bus.write(segment.address(), picture(frame, done, bytes), 0, length)
                : bus.read(segment.address(), bytes, 0, length);
        if (fault.isPresent() && defect != Defect.FAULT_IS_SWALLOWED) {
          return new FrameResult(crc.getValue(), fault);
        }
        if (!write && defect == Defect.CONSUME_WRITES_BACK) {
          bus.write(segment.address(), bytes, 0, length);
        }
        crc.update(bytes);
        done += length;
      }
      return new FrameResult(crc.getValue(), Optional.empty());
    }

    private byte[] picture(Frame frame, long at, byte[] bytes) {
      long sequence = defect == Defect.FROZEN_PICTURE ? 0 : frame.sequence();
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) ((at + i) * 31 + sequence * 7);
      }
      return bytes;
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }
}
