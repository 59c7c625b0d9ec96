package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.junit.jupiter.api.Test;

/** Device identity: groups, default domains, removal and return. */
final class GroupsTest {
  private final Bench bench = new Bench().iommu("mmu", "fake,iommu");

  @Test
  void devicesThatNameOneStreamShareADomain() {
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    bench.device(new Bench.Part("s1").behind("mmu", 2));
    bench.device(new Bench.Part("s2").behind("mmu", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertSame(Bench.domain(s.device("s0")), Bench.domain(s.device("s2")));
            assertNotSame(Bench.domain(s.device("s0")), Bench.domain(s.device("s1")));
            assertEquals("mmu/s0", Bench.domain(s.device("s2")).id());
            return null;
          });
    }
  }

  @Test
  void theDefaultDomainFollowsTheCommandLine() {
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    for (var wanted :
        Map.of(
                DomainType.DMA, new boolean[] {false, true},
                DomainType.DMA_FQ, new boolean[] {false, false},
                DomainType.IDENTITY, new boolean[] {true, true})
            .entrySet()) {
      bench.mode(wanted.getValue()[0], wanted.getValue()[1]);
      try (Yard yard = bench.open()) {
        yard.call(
            s -> {
              YardDevice s0 = s.device("s0");
              assertEquals(wanted.getKey(), Bench.domain(s0).type());
              assertEquals("mmu/s0", Bench.domain(s0).id());
              assertEquals(
                  wanted.getKey().isDmaApi() ? Optional.of("mmu/s0") : Optional.empty(),
                  s0.dmaDomain());
              return null;
            });
      }
    }
  }

  @Test
  void aDriverThatCannotDeferFlushesHasNoFlushQueue() {
    bench.mode(false, false);
    bench.iommu("strict", "fake,iommu");
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    bench.device(new Bench.Part("s1").behind("strict", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertTrue(Bench.domain(s.device("s0")).flushQueue().isPresent());
            assertEquals(DomainType.DMA, Bench.domain(s.device("s1")).type());
            assertTrue(Bench.domain(s.device("s1")).flushQueue().isEmpty());
            return null;
          });
    }
  }

  @Test
  void rangesInTheFlushQueueAreNoLeakAndGoWithTheirDomain() {
    bench.mode(false, false);
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            Domain domain = Bench.domain(s.device("s0"));
            long pfn = domain.iova().allocate(4, 0xfffff, true);
            assertEquals(4, s.balance().iovaFrames());
            domain.flushQueue().orElseThrow().add(pfn, 4);
            assertEquals(0, s.balance().iovaFrames());
            assertEquals(4, domain.iova().livePages());
            s.advance(10_000_000);
            assertEquals(0, domain.iova().livePages());
            domain.flushQueue().orElseThrow().add(domain.iova().allocate(1, 0xfffff, true), 1);
            s.recreate("s0");
            s.advance(10_000_000);
            assertEquals(1, domain.iova().livePages(), "a timer of the old domain does nothing");
            return null;
          });
    }
  }

  @Test
  void theIovaSpaceStartsAboveZeroAndHasTheReservedWindowsTakenOut() {
    Bench.Part part = new Bench.Part("card").behind("mmu", 1);
    part.pci = true;
    part.reservedIova = List.of(new PhysRange(0x1000_0000L, 0x2eff_0000L));
    try (Yard yard = bench.device(part).open()) {
      assertTrue(bench.kinds.calls.contains("open mmu/card shift 12 start 1"), bench.kinds.calls.toString());
      assertTrue(bench.kinds.calls.contains("reserve mmu/card 65536-258031"), bench.kinds.calls.toString());
      assertEquals(Long.valueOf(0xffff_ffffL), yard.call(s -> s.device("card").segmentBoundary()));
    }
  }

  @Test
  void directRegionsAreMappedOneToOneFromTheStart() {
    Bench.Part part = new Bench.Part("fb").behind("mmu", 1);
    part.identityIova = List.of(new PhysRange(0x7000_0800L, 0x1000));
    part.reservedIova = part.identityIova;
    try (Yard yard = bench.device(part).open()) {
      yard.call(
          s -> {
            assertEquals(0x7000_0804L, Bench.domain(s.device("fb")).table().iovaToPhys(0x7000_0804L));
            assertEquals(0x7000_1800L, Bench.domain(s.device("fb")).table().iovaToPhys(0x7000_1800L));
            assertEquals(0, Bench.domain(s.device("fb")).table().iovaToPhys(0x7000_2000L));
            assertTrue(
                s.events()
                    .since(0)
                    .contains(
                        new DmaEvent.IommuMapped("mmu/fb", 0x7000_0000L, 0x7000_0000L, 0x2000, 3)));
            return null;
          });
    }
  }

  @Test
  void recreatingGivesANewObjectDomainAndDefaultsAndUndoesTheRest() {
    bench.device(new Bench.Part("s0").behind("mmu", 1)).device(new Bench.Part("s1").behind("mmu", 2));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            YardDevice old = s.device("s0");
            Domain oldDomain = Bench.domain(old);
            List<Long> undone = new ArrayList<>();
            for (long dma : new long[] {0x1000, 0x2000}) {
              s.ledger()
                  .add(
                      new MappingLedger.Entry(
                          MappingLedger.Kind.SINGLE, "s0", dma, 4096, () -> undone.add(dma)));
            }
            s.ledger()
                .add(
                    new MappingLedger.Entry(
                        MappingLedger.Kind.SINGLE, "s1", 0x1000, 4096, () -> undone.add(-1L)));
            old.setDmaMask(0xffffff);
            old.setCoherentDmaMask(0xffff);
            old.setMaxSegmentSize(4096);
            old.setSegmentBoundary(0xffff);
            old.setMinAlignMask(0xfff);
            old.setUntrusted(true);
            oldDomain.iova().allocate(5, 0xfffff, true);
            bench.kinds.calls.clear();

            YardDevice fresh = s.recreate("s0");
            assertNotSame(old, fresh);
            assertFalse(old.isPresent());
            assertTrue(fresh.isPresent());
            assertEquals(List.of(0x2000L, 0x1000L), undone);
            assertEquals(1, s.ledger().size());
            assertEquals(Optional.of(0xffff_ffffL), fresh.dmaMask());
            assertEquals(0xffff_ffffL, fresh.coherentDmaMask());
            assertEquals(65536, fresh.maxSegmentSize());
            assertEquals(-1L, fresh.segmentBoundary());
            assertEquals(0, fresh.minAlignMask());
            assertFalse(fresh.isUntrusted());
            assertNotSame(oldDomain, Bench.domain(fresh));
            assertEquals(0, Bench.domain(fresh).iova().livePages());
            assertEquals(
                List.of(
                    "detach mmu [1]",
                    "close table of mmu",
                    "close mmu/s0",
                    "domain mmu DMA",
                    "open mmu/s0 shift 12 start 1",
                    "attach mmu [1]"),
                bench.kinds.calls);
            assertSame(fresh, s.device("s0"));
            return null;
          });
    }
  }

  @Test
  void aSharedDomainLivesAsLongAsOneOfItsDevices() {
    bench
        .device(new Bench.Part("d").behind("mmu", 1).group("g"))
        .device(new Bench.Part("e").behind("mmu", 2).group("g"));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            Domain shared = Bench.domain(s.device("d"));
            assertSame(shared, Bench.domain(s.device("e")));
            assertEquals("mmu/g", shared.id());
            assertSame(shared, Bench.domain(s.recreate("d")));
            List<YardDevice> both = s.recreate(List.of("d", "e"));
            assertNotSame(shared, Bench.domain(both.get(0)));
            assertSame(Bench.domain(both.get(0)), Bench.domain(both.get(1)));
            return null;
          });
    }
  }

  @Test
  void aStreamThatTwoDevicesShareStaysAttachedForTheOther() {
    bench
        .device(new Bench.Part("d").behind("mmu", 1).group("g"))
        .device(new Bench.Part("e").behind("mmu", 1).group("g"));
    try (Yard yard = bench.open()) {
      bench.kinds.calls.clear();
      yard.call(s -> s.recreate("d"));
      assertEquals(List.of("attach mmu [1]"), bench.kinds.calls);
    }
  }

  @Test
  void oneDomainServesAllIommusOfADevice() {
    bench.iommu("left", "fake,iommu");
    Bench.Part mfc = new Bench.Part("mfc");
    mfc.streams = List.of(new StreamId("mmu", List.of(1L)), new StreamId("left", List.of(2L)));
    try (Yard yard = bench.device(mfc).open()) {
      assertEquals("mmu/mfc", Bench.domain(yard.call(s -> s.device("mfc"))).id());
      assertTrue(bench.kinds.calls.containsAll(List.of("attach mmu [1]", "attach left [2]")), bench.kinds.calls.toString());
    }
  }
}
