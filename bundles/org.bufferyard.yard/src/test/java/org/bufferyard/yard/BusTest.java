package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardState;
import org.junit.jupiter.api.Test;

/** A device as bus master: windows, translation, faults, what is seen of them. */
final class BusTest {
  private static final long RAM = Bench.RAM.base();
  private final Bench bench = new Bench();

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] memory(YardState s, long phys, int length) {
    byte[] bytes = new byte[length];
    s.memory().read(phys, bytes, 0, length);
    return bytes;
  }

  private static DeviceBus bus(YardState s, String device) {
    return s.bus(s.device(device));
  }

  private static final Fault NONE = new Fault(0, "no fault", 0, false);

  private static Fault fault(Optional<Fault> outcome) {
    return outcome.orElse(NONE);
  }

  @Test
  void aPlainDeviceReachesMemoryAsItIs() {
    try (Yard yard = bench.device("d").open()) {
      yard.call(
          s -> {
            long mark = s.events().mark();
            byte[] data = noise(10_000);
            assertEquals(NONE, fault(bus(s, "d").write(RAM + 100, data, 0, data.length)));
            assertArrayEquals(data, memory(s, RAM + 100, data.length));
            byte[] back = new byte[data.length + 2];
            assertEquals(NONE, fault(bus(s, "d").read(RAM + 100, back, 1, data.length)));
            assertArrayEquals(data, java.util.Arrays.copyOfRange(back, 1, back.length - 1));
            assertEquals(
                List.of(
                    new DmaEvent.DeviceAccess("d", RAM + 100, data.length, true),
                    new DmaEvent.DeviceAccess("d", RAM + 100, data.length, false)),
                s.events().since(mark));
            return null;
          });
    }
  }

  @Test
  void anOffsetBusMovesTheAddressAndAbortsOutside() {
    bench.device(new Bench.Part("r0").window(RAM, 0, 0x2000));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            byte[] data = noise(0x1800);
            assertEquals(NONE, fault(bus(s, "r0").write(0, data, 0, data.length)));
            assertArrayEquals(data, memory(s, RAM, data.length));
            long mark = s.events().mark();
            Fault abort = fault(bus(s, "r0").write(0x1c00, data, 0, 0x800));
            assertEquals(new Fault(0, "MASTER ABORT", 0x2000, true), abort);
            assertArrayEquals(
                java.util.Arrays.copyOf(data, 0x400),
                memory(s, RAM + 0x1c00, 0x400),
                "bytes before the fault are written");
            assertArrayEquals(new byte[16], memory(s, RAM + 0x2000, 16));
            assertEquals(
                List.of(
                    new DmaEvent.DeviceAccess("r0", 0x1c00, 0x400, true),
                    new DmaEvent.Faulted("r0", "", 0x2000, true, "0x0 MASTER ABORT")),
                s.events().since(mark));
            return null;
          });
    }
  }

  @Test
  void windowsThatMeetWithinAPageLeadToTheirOwnMemory() {
    Bench.Part part = new Bench.Part("v0");
    part.windows =
        new DmaRangeMap(
            List.of(
                new DmaRange(RAM, 0x1000, 0x300),
                new DmaRange(RAM + 0x10_0000, 0x1300, 0x500)));
    try (Yard yard = bench.device(part).open()) {
      yard.call(
          s -> {
            byte[] data = noise(0x600);
            assertEquals(NONE, fault(bus(s, "v0").write(0x1000, data, 0, data.length)));
            assertArrayEquals(java.util.Arrays.copyOf(data, 0x300), memory(s, RAM, 0x300));
            assertArrayEquals(
                java.util.Arrays.copyOfRange(data, 0x300, 0x600),
                memory(s, RAM + 0x10_0000, 0x300));
            assertEquals(0x1800, fault(bus(s, "v0").read(0x1700, data, 0, 0x200)).address());
            return null;
          });
    }
  }

  @Test
  void nothingDecodesIsAnAbortAndRegistersTakeItAllWithoutMemory() {
    Bench.Part card = new Bench.Part("card");
    card.registers = List.of(new PhysRange(0x1000_0000L, 0x1000));
    try (Yard yard = bench.device("d").device(card).open()) {
      yard.call(
          s -> {
            byte[] bytes = {1, 2, 3, 4};
            assertEquals(NONE, fault(bus(s, "d").write(0x1000_0000L, bytes, 0, 4)));
            assertEquals(NONE, fault(bus(s, "d").read(0x1000_0000L, bytes, 0, 4)));
            assertArrayEquals(new byte[] {-1, -1, -1, -1}, bytes);
            assertEquals("MASTER ABORT", fault(bus(s, "d").read(0x2000_0000L, bytes, 0, 4)).name());
            long tables = 0xffff_f000L;
            assertEquals("MASTER ABORT", fault(bus(s, "d").write(tables, bytes, 0, 4)).name());
            return null;
          });
    }
  }

  @Test
  void aWindowHoldsWhatItsOwnDevicePutsThere() {
    Bench.Part card = new Bench.Part("card");
    card.registers = List.of(new PhysRange(0x1000_0000L, 0x2000));
    try (Yard yard = bench.device("d").device(card).open()) {
      yard.call(
          s -> {
            byte[] bytes = {1, 2, 3, 4};
            assertEquals(
                NONE, fault(s.inside(s.device("card")).write(0x1000_0ffeL, bytes, 0, 4)));
            byte[] seen = new byte[4];
            assertEquals(NONE, fault(bus(s, "d").read(0x1000_0ffeL, seen, 0, 4)));
            assertArrayEquals(bytes, seen);
            assertEquals(NONE, fault(bus(s, "d").write(0x1000_1000L, new byte[] {9}, 0, 1)));
            assertEquals(
                NONE, fault(s.inside(s.device("card")).read(0x1000_1000L, seen, 0, 2)));
            assertArrayEquals(new byte[] {9, 4, 3, 4}, seen);
            assertEquals(
                0x1000_2000L,
                s.inside(s.device("card")).read(0x1000_1ffeL, seen, 0, 4).orElseThrow().address());
            return null;
          });
    }
  }

  @Test
  void anIommuTranslatesEveryPageAndFaultsWhereItHasNone() {
    bench.iommu("mmu", "fake,iommu").device(new Bench.Part("s0").behind("mmu", 4));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            var table = s.device("s0").domain().orElseThrow().table();
            table.map(0x10_0000, RAM + 0x8000, 4096, 1, IommuProt.READ | IommuProt.WRITE);
            table.map(0x10_1000, RAM + 0x2000, 4096, 1, IommuProt.READ | IommuProt.WRITE);
            byte[] data = noise(0x1000);
            assertEquals(NONE, fault(bus(s, "s0").write(0x10_0800, data, 0, data.length)));
            assertArrayEquals(java.util.Arrays.copyOf(data, 0x800), memory(s, RAM + 0x8800, 0x800));
            assertArrayEquals(
                java.util.Arrays.copyOfRange(data, 0x800, 0x1000), memory(s, RAM + 0x2000, 0x800));
            long mark = s.events().mark();
            Fault fault = fault(bus(s, "s0").read(RAM, data, 0, 8));
            assertEquals(new Fault(0x10, "PAGE FAULT", RAM, false), fault);
            assertEquals(
                List.of(
                    new DmaEvent.Faulted("s0", "mmu", RAM, false, "0x10 PAGE FAULT"),
                    new DmaEvent.KernelMessage(
                        "mmu",
                        DmaEvent.MessageClass.IOMMU_FAULT,
                        "mmu: PAGE FAULT on read by s0 at iova 0x40000000")),
                s.events().since(mark));
            return null;
          });
    }
  }

  @Test
  void theYardPrintsNothingWhereTheDriverDoes() {
    bench.iommu("printing", "fake,iommu").device(new Bench.Part("s0").behind("printing", 4));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            long mark = s.events().mark();
            fault(bus(s, "s0").read(RAM, new byte[8], 0, 8));
            assertEquals(
                List.of(new DmaEvent.Faulted("s0", "printing", RAM, false, "0x10 PAGE FAULT")),
                s.events().since(mark));
            return null;
          });
    }
  }

  @Test
  void behindAnIdentityDomainTheWindowsStillApply() {
    bench.machine =
        Bench.machine(new MachineSpec.IommuMode(true, true, false), MachineSpec.Bounce.NONE);
    bench.iommu("mmu", "fake,iommu");
    bench.device(new Bench.Part("s0").behind("mmu", 4).window(RAM, 0, 0x2000));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            byte[] data = noise(64);
            assertEquals(Optional.empty(), s.device("s0").dmaDomain());
            assertEquals(NONE, fault(bus(s, "s0").write(0x1000, data, 0, 64)));
            assertArrayEquals(data, memory(s, RAM + 0x1000, 64));
            assertEquals(0x2000, fault(bus(s, "s0").write(0x2000, data, 0, 64)).address());
            return null;
          });
    }
  }

  @Test
  void aRemovedDeviceHasNoBus() {
    try (Yard yard = bench.device("d").open()) {
      yard.call(
          s -> {
            DeviceBus old = bus(s, "d");
            s.recreate("d");
            assertThrows(IllegalStateException.class, () -> old.read(RAM, new byte[1], 0, 1));
            assertEquals(NONE, fault(bus(s, "d").read(RAM, new byte[1], 0, 1)));
            return null;
          });
    }
  }

  @Test
  void patternedFramesArriveWithTheirChecksumAndDifferByNumber() {
    bench.device("camera").device("display");
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            List<Frame.BusSegment> where =
                List.of(
                    new Frame.BusSegment(RAM + 0x1000, 100_000),
                    new Frame.BusSegment(RAM + 0x40_0000, 100_000));
            Frame frame = new Frame(7, where, 150_000);
            FrameResult filled = s.hardware(s.device("camera")).fill(frame);
            FrameResult used = s.hardware(s.device("display")).consume(frame);
            assertEquals(filled, used);
            assertArrayEquals(
                new byte[64], memory(s, RAM + 0x40_0000 + 50_000, 64), "payload ends there");
            FrameResult next = s.hardware(s.device("camera")).fill(new Frame(8, where, 150_000));
            assertTrue(next.checksum() != filled.checksum());
            s.memory().fill(RAM + 0x1000 + 70_000, 1, (byte) ~memory(s, RAM + 0x1000 + 70_000, 1)[0]);
            assertTrue(
                s.hardware(s.device("display")).consume(frame).checksum() != next.checksum());
            return null;
          });
    }
  }

  @Test
  void aFrameThatFaultsHasTheChecksumOfWhatArrived() {
    bench.device(new Bench.Part("r0").window(RAM, 0, 0x5000)).device("display");
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            Frame frame = new Frame(1, List.of(new Frame.BusSegment(0x4000, 0x2000)), 0x2000);
            FrameResult stopped = s.hardware(s.device("r0")).fill(frame);
            assertEquals(0x5000, stopped.fault().orElseThrow().address());
            Frame arrived =
                new Frame(1, List.of(new Frame.BusSegment(RAM + 0x4000, 0x1000)), 0x1000);
            assertEquals(
                stopped.checksum(), s.hardware(s.device("display")).consume(arrived).checksum());
            return null;
          });
    }
  }
}
