package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.MessageTarget;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.yard.Yard;
import org.junit.jupiter.api.Test;

/** A write of four bytes to an address of messages goes to the hardware that takes them. */
final class MessagesTest {
  private static final long DOORBELL = 0xfee0_0000L;
  private static final Fault STOPPED = new Fault(0x25, "BLOCKED", DOORBELL + 4, true);

  private final Bench bench = new Bench();
  private final List<String> heard = new ArrayList<>();

  MessagesTest() {
    bench.kinds.put(
        IommuKind.class,
        "fake,doorbell",
        (IommuKind) (u, c) -> new Doorbell(new FakeIommu(u.id(), c, bench.kinds.calls)));
    bench.iommu("doorbell", "fake,doorbell");
    bench.device(new Bench.Part("a").behind("doorbell", 1));
  }

  private final class Doorbell extends AroundIommu implements MessageTarget {
    Doorbell(FakeIommu plain) {
      super(plain);
    }

    @Override
    public PhysRange messages() {
      return new PhysRange(DOORBELL, 4096);
    }

    @Override
    public Optional<Fault> message(StreamId stream, long address, int data) {
      heard.add(stream.specifier() + " " + Integer.toHexString(data));
      return address == DOORBELL ? Optional.empty() : Optional.of(STOPPED);
    }
  }

  @Test
  void theirAddressesAreKeptFree() {
    try (Yard yard = bench.open()) {
      assertTrue(
          bench.kinds.calls.contains("reserve doorbell/a 1043968-1043968"),
          bench.kinds.calls::toString);
    }
  }

  @Test
  void onlyAlignedWritesOfFourBytesAreMessages() {
    byte[] data = {9, 1, 2, 3, 4, 9, 9, 9};
    List<DmaEvent> events = new ArrayList<>();
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            DeviceBus bus = s.bus(s.device("a"));
            assertEquals(Optional.empty(), bus.write(DOORBELL, data, 1, 4));
            assertEquals(Optional.of(STOPPED), bus.write(DOORBELL + 4, data, 1, 4));
            bus.write(DOORBELL + 2, data, 0, 4);
            bus.write(DOORBELL, data, 0, 8);
            bus.write(DOORBELL + 0x1000, data, 0, 4);
            bus.read(DOORBELL, data, 0, 4);
            bus.saying(AccessAttributes.PLAIN.withPasid(1)).write(DOORBELL, data, 0, 4);
            events.addAll(s.events().since(0));
            return null;
          });
    }
    assertEquals(List.of("[1] 4030201", "[1] 4030201"), heard);
    DmaEvent told = new DmaEvent.Faulted("a", "doorbell", DOORBELL + 4, true, "0x25 BLOCKED");
    assertEquals(1, events.stream().filter(told::equals).count());
  }
}
