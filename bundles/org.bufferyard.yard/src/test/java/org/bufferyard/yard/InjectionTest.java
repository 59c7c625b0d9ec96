package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.junit.jupiter.api.Test;

class InjectionTest {
  private final Bench bench =
      new Bench()
          .iommu("mmu", "fake,iommu")
          .device(new Bench.Part("plain").pools("pool0"))
          .device(new Bench.Part("translated").behind("mmu", 1));

  private void on(Yard.Task<?> task) {
    try (Yard yard = bench.open()) {
      yard.call(task);
    }
  }

  @Test
  void theNthRequestForPagesFailsWhoeverIsAsked() {
    on(
        state -> {
          Allocator zone = bench.dmaContext.zones().getFirst().allocator();
          Allocator pool = state.device("plain").coherentPool().orElseThrow().allocator();
          state.injection().failPages(2);
          assertNotEquals(Allocator.NO_MEMORY, zone.allocate(AllocationRequest.pages(1)));
          assertEquals(Allocator.NO_MEMORY, pool.allocate(AllocationRequest.pages(1)));
          assertNotEquals(Allocator.NO_MEMORY, pool.allocate(AllocationRequest.pages(1)));
          return null;
        });
  }

  @Test
  void severalRequestsMayBeToldToFail() {
    on(
        state -> {
          Allocator zone = bench.dmaContext.zones().getFirst().allocator();
          state.injection().failPages(1);
          state.injection().failPages(3);
          assertEquals(Allocator.NO_MEMORY, zone.allocate(AllocationRequest.pages(1)));
          assertNotEquals(Allocator.NO_MEMORY, zone.allocate(AllocationRequest.pages(1)));
          assertEquals(Allocator.NO_MEMORY, zone.allocate(AllocationRequest.pages(1)));
          assertThrows(IllegalArgumentException.class, () -> state.injection().failPages(0));
          return null;
        });
  }

  @Test
  void addressesOfOneDomainRunOut() {
    on(
        state -> {
          YardDevice device = state.device("translated");
          IovaAllocator iova = device.domain().orElseThrow().iova();
          state.injection().failIova(device, 1);
          assertEquals(IovaAllocator.NO_IOVA, iova.allocate(1, 0xfffff, true));
          assertNotEquals(IovaAllocator.NO_IOVA, iova.allocate(1, 0xfffff, true));
          String refusal =
              assertThrows(
                      BadInputException.class,
                      () -> state.injection().failIova(state.device("plain"), 1))
                  .getMessage();
          assertTrue(refusal.contains("no addresses to run out of"), refusal);
          return null;
        });
  }

  @Test
  void anUnpluggedDeviceLeavesNothingAndDrivesNoBus() {
    on(
        state -> {
          YardDevice device = state.device("plain");
          boolean[] undone = new boolean[1];
          state
              .ledger()
              .add(
                  new MappingLedger.Entry(
                      MappingLedger.Kind.SINGLE, "plain", 0x1000, 1, () -> undone[0] = true));
          state.injection().unplug(device);
          assertTrue(undone[0]);
          assertFalse(state.device("plain").isPresent());
          assertThrows(IllegalStateException.class, () -> state.bus(device));
          assertThrows(IllegalStateException.class, () -> state.injection().unplug(device));
          return null;
        });
  }
}
