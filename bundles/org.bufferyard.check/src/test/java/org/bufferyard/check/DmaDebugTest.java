package org.bufferyard.check;

import static org.bufferyard.check.Stream.BOTH;
import static org.bufferyard.check.Stream.FROM;
import static org.bufferyard.check.Stream.PAGE;
import static org.bufferyard.check.Stream.TO;
import static org.bufferyard.check.Stream.checked;
import static org.bufferyard.check.Stream.list;
import static org.bufferyard.check.Stream.listSynced;
import static org.bufferyard.check.Stream.listUnmapped;
import static org.bufferyard.check.Stream.map;
import static org.bufferyard.check.Stream.unmap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.check.dmadebug.DmaDebug;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.PlatformSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule of section I, with the kernel's own line. */
class DmaDebugTest {
  private static final PhysRange POOL = new PhysRange(0xb000_0000L, 0x400_0000);

  private final Stream stream = Stream.of(new DmaDebug());

  private void assertSaid(String rule, String text) {
    assertEquals(List.of(rule), stream.rules(), () -> stream.found().toString());
    assertEquals(text, stream.found().getFirst().text());
    assertTrue(stream.found().getFirst().counted());
  }

  private static Stream on(KernelProfile kernel, Architecture architecture, boolean pool) {
    MachineSpec.Bounce swiotlb =
        pool
            ? new MachineSpec.Bounce(MachineSpec.BounceMode.AUTO, Optional.of(POOL), 1)
            : MachineSpec.Bounce.NONE;
    PlatformSpec board = Stream.board(architecture, swiotlb);
    return Stream.of(new DmaDebug(), kernel, board);
  }

  @Test
  void balancedCallsAreSilent() {
    stream.see(
        map("cam", PAGE, 4096, FROM),
        checked("cam", PAGE),
        new DmaEvent.Synced("cam", PAGE + 64, 64, FROM, false),
        unmap("cam", PAGE, 4096, FROM),
        list("cam", PAGE, 3, TO),
        listSynced("cam", PAGE, 3, TO, true),
        listUnmapped("cam", PAGE, 3, TO));
    assertEquals(List.of(), stream.end());
  }

  @Test
  void unmapOfTheErrorValue() {
    stream.see(unmap("cam", -1L, 4096, TO));
    assertSaid(
        "I1",
        "DMA-API: vnd,cam soc/cam: device driver tries to free an invalid DMA memory address");
  }

  @Test
  void unmapOfNothing() {
    stream.see(unmap("card", PAGE, 4096, TO));
    assertSaid(
        "I2",
        "DMA-API: vnd,card 0000:00:10.0: device driver tries to free DMA memory it has not allocated"
            + " [device address=0x0000000080001000] [size=4096 bytes]");
  }

  @Test
  void anotherDeviceHasNotMappedIt() {
    stream.see(map("cam", PAGE, 4096, TO), checked("cam", PAGE), unmap("gpu", PAGE, 4096, TO));
    assertEquals(List.of("I2"), stream.rules());
  }

  @Test
  void anotherSize() {
    stream.see(map("cam", PAGE, 8192, TO), checked("cam", PAGE), unmap("cam", PAGE, 4096, TO));
    assertSaid(
        "I3",
        "DMA-API: vnd,cam soc/cam: device driver frees DMA memory with different size [device"
            + " address=0x0000000080001000] [map size=8192 bytes] [unmap size=4096 bytes]");
    List<Finding.Clue> clues = stream.found().getFirst().clues();
    assertEquals(List.of(0L, 2L), clues.stream().map(Finding.Clue::position).toList());
    stream.see(unmap("cam", PAGE, 8192, TO));
    assertEquals(List.of("I3", "I2"), stream.rules(), "the wrong unmap took the entry");
  }

  @Test
  void aCoherentBufferUnmappedAsRegisters() {
    stream.see(allocated("cam", PAGE, 4096), unmap("cam", PAGE, 4096, BOTH, DmaAttr.MMIO));
    assertEquals(List.of("I4", "I9"), stream.rules());
    assertEquals(
        "DMA-API: vnd,cam soc/cam: device driver frees DMA memory with wrong function [device"
            + " address=0x0000000080001000] [size=4096 bytes] [mapped as coherent] [unmapped as phy]",
        stream.found().get(0).text());
    assertEquals(
        "DMA-API: vnd,cam soc/cam: device driver frees DMA memory with different attributes [device"
            + " address=0x0000000080001000] [size=4096 bytes] [mapped with 0x0] [unmapped with 0x400]",
        stream.found().get(1).text());
  }

  @Test
  void beforeSevenPagesAndRegistersAreTwoTypes() {
    Stream old = on(KernelProfile.LINUX_6_12, Architecture.ARM64, false);
    old.see(
        map("cam", PAGE, 4096, TO),
        checked("cam", PAGE),
        unmap("cam", PAGE, 4096, TO, DmaAttr.MMIO));
    assertEquals(List.of("I4"), old.rules());
    assertTrue(old.found().getFirst().text().endsWith("[mapped as single] [unmapped as resource]"));
  }

  private static DmaEvent allocated(String device, long dma, long size) {
    return new DmaEvent.Allocated(
        device, dma, size, "BUDDY", List.of(new PhysRange(dma, 8192)), 0, false);
  }

  private static DmaEvent freed(String device, long dma, long size, long phys, String source) {
    return new DmaEvent.Freed(device, dma, size, source, phys, 0, false);
  }

  @Test
  void anotherCpuAddress() {
    stream.see(
        allocated("cam", PAGE, 8192), freed("cam", PAGE, 8192, PAGE + 4096, "BUDDY"));
    assertSaid(
        "I5",
        "DMA-API: vnd,cam soc/cam: device driver frees DMA memory with different CPU address [device"
            + " address=0x0000000080001000] [size=8192 bytes] [cpu alloc"
            + " address=0x0x0000000080001000] [cpu free address=0x0x0000000080002000]");
  }

  @Test
  void aPoolOfTheDeviceIsNotTracked() {
    stream.see(freed("cam", 0x9000_0000L, 4096, 0x9000_0000L, "DEVICE_POOL"));
    assertEquals(List.of(), stream.end());
  }

  @Test
  void anotherNumberOfEntries() {
    stream.see(list("cam", PAGE, 4, TO), listUnmapped("cam", PAGE, 2, TO));
    assertEquals(List.of("I6", "I6"), stream.rules(), "one for each entry that was given");
    assertEquals(
        "DMA-API: vnd,cam soc/cam: device driver frees DMA sg list with different entry count [map"
            + " count=4] [unmap count=2]",
        stream.found().getFirst().text());
  }

  @Test
  void anotherDirection() {
    stream.see(map("cam", PAGE, 4096, TO), checked("cam", PAGE), unmap("cam", PAGE, 4096, FROM));
    assertSaid(
        "I7",
        "DMA-API: vnd,cam soc/cam: device driver frees DMA memory with different direction [device"
            + " address=0x0000000080001000] [size=4096 bytes] [mapped with DMA_TO_DEVICE] [unmapped"
            + " with DMA_FROM_DEVICE]");
  }

  @Test
  void nobodyAskedForTheError() {
    stream.see(map("cam", PAGE, 4096, TO), unmap("cam", PAGE, 4096, TO));
    assertSaid(
        "I8",
        "DMA-API: vnd,cam soc/cam: device driver failed to check map error[device"
            + " address=0x0000000080001000] [size=4096 bytes] [mapped as phy]");
  }

  @Test
  void theHookOfTheNextMappingAsksForTheFirst() {
    stream.see(
        map("cam", PAGE, 4096, TO),
        map("cam", PAGE, 4096, TO),
        unmap("cam", PAGE, 4096, TO),
        unmap("cam", PAGE, 4096, TO));
    assertEquals(List.of("I8"), stream.rules(), "the same address twice: one was asked for");
  }

  @ParameterizedTest
  @CsvSource({
    "NO_KERNEL_MAPPING, true", "FORCE_CONTIGUOUS, true", "REQUIRE_COHERENT, true",
    "PRIVILEGED, true", "CC_SHARED, true", "SKIP_CPU_SYNC, false", "NO_WARN, false",
    "WEAK_ORDERING, false", "DEBUGGING_IGNORE_CACHELINES, false"
  })
  void someAttributesMustBeTheSame(DmaAttr attr, boolean compared) {
    stream.see(
        map("cam", PAGE, 4096, TO),
        checked("cam", PAGE),
        unmap("cam", PAGE, 4096, TO, attr));
    assertEquals(compared ? List.of("I9") : List.of(), stream.rules());
    Stream old = on(KernelProfile.LINUX_6_12, Architecture.ARM64, false);
    old.see(
        map("cam", PAGE, 4096, TO),
        checked("cam", PAGE),
        unmap("cam", PAGE, 4096, TO, attr));
    assertEquals(List.of(), old.rules());
  }

  @Test
  void theStackIsNoPlaceForDma() {
    stream.see(new DmaEvent.StackSeen("cam", PAGE), map("cam", PAGE + 64, 64, TO));
    assertSaid(
        "I10",
        "DMA-API: vnd,cam soc/cam: device driver maps memory from stack [probable addr=(ptrval)]");
  }

  @Test
  void anInvalidAddress() {
    stream.see(new DmaEvent.InvalidAddressMapped("cam", 64));
    assertSaid(
        "I12",
        "DMA-API: vnd,cam soc/cam: device driver maps memory from invalid area [addr=(ptrval)]"
            + " [len=64]");
  }

  @Test
  void syncOfNothing() {
    stream.see(
        map("cam", PAGE, 4096, TO),
        checked("cam", PAGE),
        new DmaEvent.Synced("cam", PAGE + 4000, 200, TO, true));
    assertSaid(
        "I13",
        "DMA-API: vnd,cam soc/cam: device driver tries to sync DMA memory it has not allocated"
            + " [device address=0x0000000080001fa0] [size=200 bytes]");
  }

  @Test
  void aSyncFarInsideFindsItsMapping() {
    stream.see(
        map("cam", PAGE, 1 << 20, TO),
        checked("cam", PAGE),
        new DmaEvent.Synced("cam", PAGE + 900_000, 64, TO, true));
    assertEquals(List.of(), stream.rules());
  }

  @Test
  void syncOutsideNeedsAnEndThatWraps() {
    stream.see(
        map("cam", 0, 4096, BOTH),
        checked("cam", 0),
        new DmaEvent.Synced("cam", 64, -64, BOTH, true));
    assertEquals(List.of("I14"), stream.rules());
  }

  @Test
  void syncForAnotherDirection() {
    stream.see(
        map("cam", PAGE, 4096, TO),
        checked("cam", PAGE),
        new DmaEvent.Synced("cam", PAGE, 64, BOTH, false));
    assertEquals(List.of("I15", "I16"), stream.rules());
    assertEquals(
        "DMA-API: vnd,cam soc/cam: device driver syncs device read-only DMA memory for cpu [device"
            + " address=0x0000000080001000] [size=4096 bytes] [mapped with DMA_TO_DEVICE] [synced with"
            + " DMA_BIDIRECTIONAL]",
        stream.found().get(1).text());
  }

  @Test
  void syncOfWriteOnlyMemoryToTheDevice() {
    stream.see(
        map("cam", PAGE, 4096, FROM),
        checked("cam", PAGE),
        new DmaEvent.Synced("cam", PAGE, 4096, TO, true));
    assertEquals(List.of("I15", "I17"), stream.rules());
    assertTrue(stream.found().get(1).text().contains("syncs device write-only DMA memory to device"));
  }

  @Test
  void aMappingForBothTakesEverySync() {
    stream.see(
        list("cam", PAGE, 4, BOTH),
        listSynced("cam", PAGE, 1, TO, true),
        listSynced("cam", PAGE, 4, FROM, false));
    assertEquals(List.of(), stream.rules());
  }

  @Test
  void syncOfAnotherNumberOfEntries() {
    stream.see(list("cam", PAGE, 4, FROM), listSynced("cam", PAGE, 2, FROM, false));
    assertEquals(List.of("I18", "I18"), stream.rules());
    assertTrue(stream.found().getFirst().text().endsWith("[map count=4] [sync count=2]"));
  }

  @Test
  void segmentsThatTheDeviceDoesNotTake() {
    stream.see(list("cam", 0x8000_0000L, 2, 70_000, TO, 65536, 0xffff));
    assertEquals(List.of("I19", "I20", "I19", "I20"), stream.rules());
    assertEquals(
        "DMA-API: vnd,cam soc/cam: mapping sg segment longer than device claims to support"
            + " [len=70000] [max=65536]",
        stream.found().get(0).text());
    assertEquals(
        "DMA-API: vnd,cam soc/cam: mapping sg segment across boundary [start=0x0000000080000000]"
            + " [end=0x000000008001116f] [boundary=0x000000000000ffff]",
        stream.found().get(1).text());
  }

  @ParameterizedTest
  @CsvSource({"0x80001000, true", "0x90000000, false", "0x10000000, false"})
  void registersAreNotInRam(String phys, boolean found) {
    stream.see(map("cam", Long.decode(phys), 4096, TO, DmaAttr.MMIO));
    assertEquals(found ? List.of("I21") : List.of(), stream.rules());
  }

  @ParameterizedTest
  @CsvSource({
    "7.3, ARM64, false, true", "7.3, ARM64, true, false", "7.3, X86, false, false",
    "6.12, X86, false, true", "6.12, ARM64, true, true"
  })
  void twoMappingsOfOneCacheLine(
      String kernel, Architecture architecture, boolean pool, boolean found) {
    Stream that = on(KernelProfile.named(kernel).orElseThrow(), architecture, pool);
    that.see(
        map("cam", PAGE, 4096, FROM),
        checked("cam", PAGE),
        map("gpu", PAGE + 32, 16, FROM),
        map("gpu", PAGE + 64, 64, FROM),
        map("gpu", PAGE, 64, TO));
    assertEquals(found ? List.of("I22") : List.of(), that.rules());
  }

  @Test
  void attributesForgiveAnOverlap() {
    DmaAttr clean = DmaAttr.DEBUGGING_IGNORE_CACHELINES;
    stream.see(map("cam", PAGE, 4096, FROM, clean), map("cam", PAGE, 4096, FROM, clean));
    stream.see(map("cam", PAGE, 4096, FROM, DmaAttr.SKIP_CPU_SYNC));
    assertEquals(List.of(), stream.rules());
    stream.see(map("cam", PAGE, 4096, FROM));
    assertEquals(List.of("I22"), stream.rules(), "both must promise");
  }

  @Test
  void theNinthMappingIsOneTooManyToCount() {
    Stream that = on(KernelProfile.LINUX_7_3, Architecture.ARM64, true);
    for (int i = 0; i < 10; i++) {
      that.see(map("cam", PAGE, 4096, FROM), checked("cam", PAGE));
    }
    assertEquals(List.of("I22"), that.rules(), "once");
    assertFalse(that.found().getFirst().counted());
    assertTrue(
        that.found()
            .getFirst()
            .text()
            .startsWith("DMA-API: exceeded 7 overlapping mappings of cacheline 0x"));
    for (int i = 0; i < 10; i++) {
      that.see(unmap("cam", PAGE, 4096, FROM));
    }
    that.see(map("cam", PAGE, 4096, FROM));
    assertEquals(1, that.found().size());
  }

  @Test
  void whatIsSaidOnceIsSaidAgainWhenTheFlagsAreClearedAndTheBooksStay() {
    Stream that = on(KernelProfile.LINUX_7_3, Architecture.ARM64, true);
    for (int i = 0; i < 9; i++) {
      that.see(map("cam", PAGE, 4096, FROM), checked("cam", PAGE));
    }
    that.clearWarnOnce();
    that.see(map("cam", PAGE, 4096, FROM), checked("cam", PAGE));
    assertEquals(List.of("I22", "I22"), that.rules(), "the line is as full as before");
  }

  @Test
  void theDriverLeavesMappingsBehind() {
    stream.see(
        map("card", PAGE, 4096, TO),
        checked("card", PAGE),
        list("card", PAGE + 0x10000, 2, BOTH),
        new DmaEvent.Unbound("card"),
        new DmaEvent.Bound("card"),
        unmap("card", PAGE, 4096, TO));
    assertEquals(List.of("I23", "I2"), stream.rules(), "the new device is another one");
    assertEquals(
        "DMA-API: pci 0000:00:10.0: device driver has pending DMA allocations while released from"
            + " device [count=3] One of leaked entries details: [device address=0x0000000080012000]"
            + " [size=4096 bytes] [mapped with DMA_BIDIRECTIONAL] [mapped as scatter-gather]",
        stream.found().getFirst().text());
  }

  @Test
  void onlyPciTellsOfDriversThatLeave() {
    stream.see(map("cam", PAGE, 4096, TO), new DmaEvent.Unbound("cam"));
    assertEquals(List.of(), stream.rules());
  }

  @Test
  void severalCandidatesAndNoneFitsIsNotFound() {
    stream.see(
        map("cam", PAGE, 4096, TO),
        map("cam", PAGE, 8192, TO),
        checked("cam", PAGE),
        unmap("cam", PAGE, 100, TO));
    assertEquals(List.of("I2"), stream.rules());
    stream.see(unmap("cam", PAGE, 8192, TO));
    assertEquals(List.of("I2"), stream.rules(), "the one that fits in all four");
  }
}
