package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/**
 * What a device type must keep. A plug-in author subclasses it with his kind and its model strings.
 */
public abstract class DeviceContract {
  private static final int SIZE = 10_000;
  private static final List<BusSegment> SCATTERED =
      List.of(new BusSegment(0x1000, 4096), new BusSegment(0x9000, 100), new BusSegment(0x5000, 8192));

  /** The kind under test. */
  protected abstract DeviceKind kind();

  /** Model strings to try. */
  protected abstract List<String> models();

  private DeviceUnit unit(String model) {
    return new DeviceUnit("device0", model, "urn:test#Device", Map.of());
  }

  private Device open(DeviceBus bus) {
    return kind().open(unit(models().get(0)), new Context(new PlainDevice("device0"), bus));
  }

  private record Context(DmaDevice device, DeviceBus bus) implements DeviceContext {
    @Override
    public KernelProfile kernel() {
      return KernelProfile.DEFAULT;
    }

    @Override
    public EventSink events() {
      return new RecordedEvents();
    }
  }

  private static Frame frame(long sequence, List<BusSegment> segments, long sizeBytes) {
    return new Frame(sequence, segments, sizeBytes);
  }

  /** CRC-32C of what lies on the bus, in frame order. */
  private static long checksumOf(PlainBus bus, Frame frame) {
    CRC32C crc = new CRC32C();
    long left = frame.sizeBytes();
    for (BusSegment segment : frame.segments()) {
      for (long i = 0; i < segment.length() && left > 0; i++, left--) {
        crc.update(bus.at(segment.address() + i).orElse((byte) 0));
      }
    }
    return crc.getValue();
  }

  @Test
  void everyModelHasFactsWithASource() {
    for (String model : models()) {
      for (KernelProfile kernel : KernelProfile.ALL) {
        DriverFacts facts = kind().facts(unit(model), kernel);
        assertFalse(facts.driver().isBlank(), model + ": driver");
        assertFalse(facts.source().isBlank(), model + ": source");
        assertFalse(facts.exporterOps().isBlank(), model + ": ops");
      }
    }
  }

  @Test
  void aModelThatIsUnheardOfHasAnUnknownDriver() {
    assertEquals(
        DriverFacts.unknown().driver(),
        kind().facts(unit("nobody,made-this"), KernelProfile.DEFAULT).driver());
  }

  @Test
  void fillWritesTheFrameAndNothingElse() {
    PlainBus bus = new PlainBus();
    Frame frame = frame(3, SCATTERED, SIZE);
    open(bus).fill(frame);
    assertEquals(SIZE, bus.bytesWritten());
    long left = SIZE;
    for (BusSegment segment : SCATTERED) {
      for (long i = 0; i < segment.length() && left > 0; i++, left--) {
        assertTrue(
            bus.at(segment.address() + i).isPresent(),
            "byte " + (SIZE - left) + " of the frame was not written");
      }
    }
  }

  @Test
  void theChecksumIsTheBytesOwn() {
    PlainBus bus = new PlainBus();
    Frame frame = frame(5, SCATTERED, SIZE);
    FrameResult result = open(bus).fill(frame);
    assertEquals(checksumOf(bus, frame), result.checksum());
    assertEquals(Optional.empty(), result.fault());
  }

  @Test
  void whatIsConsumedHasTheChecksumOfWhatWasFilled() {
    PlainBus bus = new PlainBus();
    Device device = open(bus);
    long filled = device.fill(frame(8, SCATTERED, SIZE)).checksum();
    assertEquals(filled, device.consume(frame(8, SCATTERED, SIZE)).checksum());
  }

  @Test
  void consumeSeesAByteThatChanged() {
    PlainBus bus = new PlainBus();
    Device device = open(bus);
    long filled = device.fill(frame(8, SCATTERED, SIZE)).checksum();
    byte changed = (byte) (bus.at(0x9000).orElseThrow() ^ 1);
    bus.write(0x9000, new byte[] {changed}, 0, 1);
    assertNotEquals(filled, device.consume(frame(8, SCATTERED, SIZE)).checksum());
  }

  @Test
  void consumeWritesNothing() {
    PlainBus bus = new PlainBus();
    open(bus).consume(frame(0, SCATTERED, SIZE));
    assertEquals(0, bus.bytesWritten());
  }

  @Test
  void aSequenceNumberStandsForItsBytes() {
    long once = open(new PlainBus()).fill(frame(1, SCATTERED, SIZE)).checksum();
    assertEquals(once, open(new PlainBus()).fill(frame(1, SCATTERED, SIZE)).checksum());
    assertNotEquals(once, open(new PlainBus()).fill(frame(2, SCATTERED, SIZE)).checksum());
  }

  @Test
  void bytesDoNotDependOnTheSegments() {
    List<BusSegment> whole = List.of(new BusSegment(0x10_0000, SIZE));
    assertEquals(
        open(new PlainBus()).fill(frame(4, whole, SIZE)).checksum(),
        open(new PlainBus()).fill(frame(4, SCATTERED, SIZE)).checksum());
  }

  @Test
  void aFaultStopsTheFrameAndIsReported() {
    PlainBus bus = new PlainBus();
    bus.faultFrom(0x8000);
    Frame frame = frame(0, SCATTERED, SIZE);
    assertTrue(open(bus).fill(frame).fault().isPresent(), "fill");
    assertEquals(4096, bus.bytesWritten(), "only the first segment lies before the fault");
    assertTrue(open(bus).consume(frame).fault().isPresent(), "consume");
  }

  @Test
  void anEmptyFrameTouchesNothing() {
    PlainBus bus = new PlainBus();
    FrameResult result = open(bus).fill(frame(0, SCATTERED, 0));
    assertEquals(0, bus.accesses());
    assertEquals(0, result.checksum());
  }

  @Test
  void closeMayComeTwice() {
    Device device = open(new PlainBus());
    device.close();
    device.close();
  }
}
