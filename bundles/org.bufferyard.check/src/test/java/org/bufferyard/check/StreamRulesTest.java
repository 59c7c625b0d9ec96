package org.bufferyard.check;

import static org.bufferyard.check.Stream.BOTH;
import static org.bufferyard.check.Stream.FROM;
import static org.bufferyard.check.Stream.PAGE;
import static org.bufferyard.check.Stream.TO;
import static org.bufferyard.check.Stream.list;
import static org.bufferyard.check.Stream.listUnmapped;
import static org.bufferyard.check.Stream.map;
import static org.bufferyard.check.Stream.unmap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.check.stream.AttachmentRule;
import org.bufferyard.check.stream.DeviceAccessRule;
import org.bufferyard.check.stream.PageAccessRule;
import org.bufferyard.check.stream.StaleBytesRule;
import org.bufferyard.platform.check.Finding;
import org.junit.jupiter.api.Test;

/** Rules that no kernel checks: each names the two events that clash. */
class StreamRulesTest {
  private static DmaEvent access(long address, long length, boolean write) {
    return new DmaEvent.DeviceAccess("cam", address, length, write);
  }

  private static void assertOne(Stream stream, String text, long... positions) {
    assertEquals(1, stream.found().size(), () -> stream.found().toString());
    Finding finding = stream.found().getFirst();
    assertTrue(finding.text().contains(text), finding.text());
    assertEquals(
        java.util.Arrays.stream(positions).boxed().toList(),
        finding.clues().stream().map(Finding.Clue::position).toList());
  }

  // ---- device access ----

  @Test
  void accessInsideAMappingIsSilent() {
    Stream stream = Stream.of(new DeviceAccessRule());
    stream.see(
        list("cam", PAGE, 4, FROM),
        access(PAGE + 100, 3 * 4096, true),
        new DmaEvent.Allocated(
            "cam", 0x1000, 5000, "BUDDY", List.of(new PhysRange(PAGE, 8192)), 0, false),
        access(0x1000, 8192, true),
        access(0x1000, 8192, false),
        new DmaEvent.Remapped("cam", TO, new long[] {0x5000}, new long[] {4096}),
        access(0x5000, 4096, false));
    assertEquals(List.of(), stream.end());
  }

  @Test
  void accessAfterUnmapNamesTheUnmap() {
    Stream stream = Stream.of(new DeviceAccessRule());
    stream.see(
        map("cam", PAGE, 4096, FROM), unmap("cam", PAGE, 4096, FROM), access(PAGE, 64, true));
    assertOne(stream, "cam writes 0x80001000+64 after it was unmapped", 1, 2);
  }

  @Test
  void accessBehindTheEndOfAMapping() {
    Stream stream = Stream.of(new DeviceAccessRule());
    stream.see(map("cam", PAGE, 100, BOTH), access(PAGE, 128, false));
    assertOne(stream, "cam reads 0x80001064+28, which is not mapped for it", 1);
  }

  @Test
  void aMappingOfAnotherDeviceDoesNotCount() {
    Stream stream = Stream.of(new DeviceAccessRule());
    stream.see(map("gpu", PAGE, 4096, BOTH), access(PAGE, 64, false));
    assertOne(stream, "which is not mapped for it", 1);
  }

  @Test
  void accessInTheWrongDirectionNamesTheMapping() {
    Stream stream = Stream.of(new DeviceAccessRule());
    stream.see(map("cam", PAGE, 4096, TO), access(PAGE, 64, true));
    assertOne(stream, "cam writes 0x80001000, which is mapped for the other direction only", 0, 1);
  }

  @Test
  void theSamePageMappedBothWaysTakesBoth() {
    Stream stream = Stream.of(new DeviceAccessRule());
    stream.see(
        map("cam", PAGE, 4096, TO),
        map("cam", PAGE, 4096, FROM),
        access(PAGE, 64, true),
        access(PAGE, 64, false));
    assertEquals(List.of(), stream.end());
  }

  @Test
  void aRefusedAccessIsOneToo() {
    Stream stream = Stream.of(new DeviceAccessRule());
    stream.see(new DmaEvent.Faulted("cam", "smmu", 0x1000, true, "0x10 F_TRANSLATION"));
    assertOne(stream, "cam writes 0x1000+1, which is not mapped for it", 0);
  }

  // ---- attachments ----

  private static DmaEvent attached() {
    return new DmaEvent.Attached("buf:1", "cam", false);
  }

  private static DmaEvent mapped() {
    return new DmaEvent.BufferMapped("buf:1", "cam", TO, 1);
  }

  private static DmaEvent unmapped() {
    return new DmaEvent.BufferUnmapped("buf:1", "cam", TO);
  }

  private static DmaEvent detached() {
    return new DmaEvent.Detached("buf:1", "cam");
  }

  @Test
  void aWholeLifeIsSilent() {
    Stream stream = Stream.of(new AttachmentRule());
    stream.see(
        attached(),
        list("cam", PAGE, 2, TO),
        mapped(),
        listUnmapped("cam", PAGE, 2, TO),
        unmapped(),
        detached(),
        new DmaEvent.Released("buf:1"));
    assertEquals(List.of(), stream.end());
  }

  @Test
  void detachWhileMapped() {
    Stream stream = Stream.of(new AttachmentRule());
    stream.see(attached(), list("cam", PAGE, 2, TO), mapped(), detached());
    assertOne(stream, "cam is detached from buf:1 while it has it mapped", 2, 3);
  }

  @Test
  void aListThatTheExporterForgot() {
    Stream stream = Stream.of(new AttachmentRule());
    stream.see(attached(), list("cam", PAGE, 2, TO), mapped(), unmapped(), detached());
    assertOne(stream, "a mapping of buf:1 for cam is left when it is detached", 1, 4);
  }

  @Test
  void releaseWhileAttached() {
    Stream stream = Stream.of(new AttachmentRule());
    stream.see(attached(), new DmaEvent.Released("buf:1"));
    assertOne(stream, "buf:1 is released while cam is attached to it", 0, 1);
  }

  @Test
  void whatADeadThreadHeldIsNobodysMistake() {
    Stream stream = Stream.of(new AttachmentRule());
    stream.see(
        attached(),
        new DmaEvent.Oopsed(Rule.of("C1", "swiotlb_bounce"), "cam", "dies"),
        new DmaEvent.Released("buf:1"));
    assertEquals(List.of(), stream.end());
  }

  // ---- pages ----

  @Test
  void walkingPagesOfARemappedTable() {
    Stream stream = Stream.of(new PageAccessRule());
    stream.see(
        new DmaEvent.Remapped("cam", TO, new long[] {0x5000}, new long[] {4096}),
        new DmaEvent.HazardRaised(
            Rule.of("P8", "sg_page"), "board", "importer walks pages: the segment has none"));
    assertOne(stream, "importer walks pages", 0, 1);
    assertEquals("cam", stream.found().getFirst().element());
  }

  @Test
  void aMadeUpPageIsAnotherMatter() {
    Stream stream = Stream.of(new PageAccessRule());
    stream.see(
        new DmaEvent.HazardRaised(
            Rule.of("C1", "dma_direct_get_sgtable"), "board", "the page was made up"));
    assertEquals(List.of(), stream.end());
  }

  // ---- stale bytes ----

  private static DmaEvent stale(String reader, long phys) {
    return new DmaEvent.StaleRead(reader, phys, 64, "01", "00", "the line was never invalidated");
  }

  @Test
  void aMissingSyncNamesTheMapping() {
    Stream stream = Stream.of(new StaleBytesRule());
    stream.see(list("cam", PAGE, 2, FROM), stale(DmaEvent.StaleRead.CPU, PAGE + 4100));
    assertOne(
        stream,
        "the CPU reads 64 stale bytes at 0x80002004: no sync for the CPU since it was mapped for cam",
        0,
        1);
  }

  @Test
  void aSyncForTheOtherDirectionIsNamed() {
    Stream stream = Stream.of(new StaleBytesRule());
    stream.see(
        map("cam", PAGE, 4096, FROM),
        new DmaEvent.Synced("cam", PAGE, 4096, TO, false),
        stale(DmaEvent.StaleRead.CPU, PAGE));
    assertOne(stream, "after a sync for the other direction", 1, 2);
  }

  @Test
  void aDeviceThatReadsOldBytes() {
    Stream stream = Stream.of(new StaleBytesRule());
    stream.see(map("cam", PAGE, 4096, TO), stale("cam", PAGE), stale("cam", PAGE + 64));
    assertOne(stream, "cam reads 64 stale bytes at 0x80001000: no sync for the device", 0, 1);
  }
}
