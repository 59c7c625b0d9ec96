package org.bufferyard.api.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.zip.CRC32C;
import org.bufferyard.api.contract.DeviceContract;
import org.bufferyard.api.contract.PlainBus;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

class PatternedDeviceTest extends DeviceContract {
  @Override
  protected DeviceKind kind() {
    return new DeviceKind() {
      @Override
      public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
        return DriverFacts.unknown();
      }

      @Override
      public Device open(DeviceUnit unit, DeviceContext context) {
        return new PatternedDevice(context.bus());
      }
    };
  }

  @Override
  protected List<String> models() {
    return List.of("any");
  }

  @Test
  void theExpectedChecksumNeedsNoMemory() {
    long size = 200_001;
    FrameResult filled =
        new PatternedDevice(new PlainBus())
            .fill(new Frame(9, List.of(new Frame.BusSegment(0, size)), size));
    assertEquals(PatternedDevice.checksum(9, size), filled.checksum());
    assertNotEquals(PatternedDevice.checksum(9, size), PatternedDevice.checksum(9, size - 1));
    assertEquals(0, PatternedDevice.checksum(9, 0));
  }

  @Test
  void bytesBeforeAFaultAreInTheChecksum() {
    PlainBus bus = new PlainBus();
    bus.faultFrom(100);
    FrameResult cut =
        new PatternedDevice(bus).fill(new Frame(1, List.of(new Frame.BusSegment(0, 4096)), 4096));
    assertEquals(PatternedDevice.checksum(1, 100), cut.checksum());
    assertEquals(100, cut.fault().orElseThrow().address());
  }

  @Test
  void aShiftedFrameHasOtherBytes() {
    CRC32C shifted = new CRC32C();
    for (long i = 1; i <= 64; i++) {
      shifted.update(PatternedDevice.patternByte(3, i));
    }
    assertNotEquals(PatternedDevice.checksum(3, 64), shifted.getValue());
  }
}
