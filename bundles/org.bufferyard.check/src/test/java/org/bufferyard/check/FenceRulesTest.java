package org.bufferyard.check;

import static org.bufferyard.check.Stream.FROM;
import static org.bufferyard.check.Stream.PAGE;
import static org.bufferyard.check.Stream.TO;
import static org.bufferyard.check.Stream.list;
import static org.bufferyard.check.Stream.listUnmapped;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.check.stream.FenceWaitRule;
import org.bufferyard.check.stream.ImplicitSyncRule;
import org.bufferyard.check.stream.ReservationRule;
import org.bufferyard.check.stream.TimelineRule;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.Finding;
import org.junit.jupiter.api.Test;

/** Rules over fences and reservations: where they speak, and where they hold their peace. */
class FenceRulesTest {
  private static final String BUFFER = "buf:1";

  private static DmaEvent made(String driver, long context, long seqno) {
    return new DmaEvent.FenceMade(driver, context, seqno);
  }

  private static DmaEvent added(long context, long seqno, FenceUsage usage) {
    return new DmaEvent.FenceAdded(BUFFER, context, seqno, usage.ordinal(), true, true);
  }

  private static DmaEvent signaled(long context, long seqno) {
    return new DmaEvent.FenceSignaled("timeline:" + context, context, seqno, 1);
  }

  private static DmaEvent waited(String who, long context, long seqno) {
    return new DmaEvent.FenceWaited(who, BUFFER, FenceUsage.KERNEL.ordinal(), false, context, seqno);
  }

  private static DmaEvent access(String device, boolean write) {
    return new DmaEvent.DeviceAccess(device, PAGE, 64, write);
  }

  private static void silent(CheckRule rule, DmaEvent... events) {
    assertEquals(List.of(), Stream.of(rule).see(events).end());
  }

  private static Finding one(CheckRule rule, String text, List<Long> positions, DmaEvent... events) {
    List<Finding> found = Stream.of(rule).see(events).end();
    assertEquals(1, found.size(), found::toString);
    Finding finding = found.getFirst();
    assertTrue(finding.text().contains(text), finding.text());
    assertEquals(positions, finding.clues().stream().map(Finding.Clue::position).toList());
    return finding;
  }

  // ---- several reservations ----

  /** What the core raises of contexts: the finding names the -EDEADLK before it. */
  @Test
  void aDriverThatDoesNotGiveWayIsNamedWithTheRefusal() {
    Rule ww = Rule.of("F10", "ww_mutex_lock");
    DmaEvent died = new DmaEvent.Decided(ww, "gpu", "-EDEADLK", java.util.Map.of());
    silent(new ReservationRule(), died);
    Finding finding =
        one(
            new ReservationRule(),
            "locks buf:2",
            List.of(0L, 2L),
            died,
            added(1, 1, FenceUsage.WRITE),
            new DmaEvent.HazardRaised(ww, "gpu", "context 2 of gpu locks buf:2 after -EDEADLK"));
    assertEquals(ww, finding.rule());
  }

  // ---- timelines ----

  @Test
  void numbersThatRiseAreSilent() {
    silent(
        new TimelineRule(),
        made("gpu", 7, 1),
        made("cam", 8, 1),
        made("gpu", 7, 2),
        made("gpu", 7, 0xffff_ffffL - 0xffff_ffffL + 5));
    // 32 bit wrap: number 1 is later than the last one.
    silent(new TimelineRule(), made("gpu", 7, 0xffff_ffffL), made("gpu", 7, 0x1_0000_0001L));
  }

  @Test
  void aNumberThatGoesBackNamesTheOneBefore() {
    one(
        new TimelineRule(),
        "fence 7:4 is made after number 5",
        List.of(0L, 2L),
        made("gpu", 7, 5),
        made("gpu", 8, 4),
        made("gpu", 7, 4));
    one(new TimelineRule(), "after number 5", List.of(0L, 1L), made("gpu", 7, 5), made("gpu", 7, 5));
  }

  @Test
  void aFenceThatNobodySignalsIsNamedAtTheEnd() {
    Finding finding =
        one(
            new TimelineRule(),
            "fence 7:1 in buf:1 was never signaled",
            List.of(0L, 1L),
            made("gpu", 7, 1),
            added(7, 1, FenceUsage.WRITE));
    assertEquals(Finding.Severity.WARNING, finding.severity());
  }

  @Test
  void signaledAndReplacedFencesAndReleasedBuffersAreSilent() {
    silent(
        new TimelineRule(), made("gpu", 7, 1), added(7, 1, FenceUsage.WRITE), signaled(7, 1));
    silent(
        new TimelineRule(),
        added(7, 1, FenceUsage.WRITE),
        added(7, 2, FenceUsage.WRITE),
        signaled(7, 2));
    silent(
        new TimelineRule(), added(7, 1, FenceUsage.READ), new DmaEvent.Released(BUFFER));
  }

  // ---- waits ----

  @Test
  void waitingForOnesOwnFence() {
    one(
        new FenceWaitRule(),
        "cam waits in buf:1 for fence 7:1, which it has to signal itself",
        List.of(0L, 2L),
        made("cam", 7, 1),
        added(7, 1, FenceUsage.KERNEL),
        waited("cam", 7, 1));
  }

  @Test
  void waitingForAFenceOfSomebodyElseThatComesIsSilent() {
    silent(
        new FenceWaitRule(),
        made("gpu", 7, 1),
        added(7, 1, FenceUsage.KERNEL),
        waited("cam", 7, 1),
        signaled(7, 1));
    silent(
        new FenceWaitRule(),
        new DmaEvent.FenceWaited("cam", BUFFER, FenceUsage.KERNEL.ordinal(), true, 0, 0));
  }

  @Test
  void waitingForAFenceThatNeverComes() {
    one(
        new FenceWaitRule(),
        "cam waits in buf:1 for fence 7:1, which nobody signals",
        List.of(1L, 2L),
        made("gpu", 7, 1),
        added(7, 1, FenceUsage.KERNEL),
        waited("cam", 7, 1),
        waited("card", 7, 1));
    one(
        new FenceWaitRule(),
        "which nobody signals",
        List.of(0L, 1L),
        added(7, 1, FenceUsage.KERNEL),
        waited("cam", 7, 1),
        new DmaEvent.Released(BUFFER));
  }

  // ---- reservations ----

  @Test
  void aFenceUnderTheLockInAReservedSlotIsSilent() {
    silent(
        new ReservationRule(),
        new DmaEvent.Exported(BUFFER, "gpu", "prime", 4096),
        added(7, 1, FenceUsage.WRITE));
  }

  @Test
  void aFenceWithoutTheLock() {
    one(
        new ReservationRule(),
        "fence 7:1 is added to buf:1 without the reservation lock",
        List.of(0L, 1L),
        new DmaEvent.Exported(BUFFER, "gpu", "prime", 4096),
        new DmaEvent.FenceAdded(BUFFER, 7, 1, FenceUsage.WRITE.ordinal(), false, true));
  }

  @Test
  void aFenceWithoutASlot() {
    Finding finding =
        one(
            new ReservationRule(),
            "without a slot that was reserved",
            List.of(0L, 1L),
            added(7, 1, FenceUsage.WRITE),
            new DmaEvent.FenceAdded(BUFFER, 7, 2, FenceUsage.WRITE.ordinal(), true, false));
    assertEquals("F11", finding.rule().id());
  }

  @Test
  void aCallWithoutTheLockItNeeds() {
    one(
        new ReservationRule(),
        "dma_buf_pin() is called without the reservation lock",
        List.of(0L, 1L),
        new DmaEvent.Attached(BUFFER, "cam", true),
        new DmaEvent.HazardRaised(
            Rule.of("F10", "dma_resv_lock"),
            BUFFER,
            "dma_buf_pin() is called without the reservation lock"));
    silent(
        new ReservationRule(),
        new DmaEvent.HazardRaised(Rule.of("C1", "sg_page"), BUFFER, "of another kind"));
    silent(
        new ReservationRule(),
        new DmaEvent.Oopsed(Rule.of("C1", "swiotlb_bounce"), "cam", "dies with the lock held"),
        new DmaEvent.HazardRaised(
            Rule.of("F10", "dma_resv_lock"), BUFFER, "dma_buf_detach() never returns"));
  }

  // ---- implicit synchronisation ----

  private static DmaEvent[] imported(String device, int direction, DmaEvent... then) {
    DmaEvent[] all = new DmaEvent[then.length + 2];
    all[0] = list(device, PAGE, 2, direction);
    all[1] = new DmaEvent.BufferMapped(BUFFER, device, direction, 1);
    System.arraycopy(then, 0, all, 2, then.length);
    return all;
  }

  @Test
  void writingWithoutWaitingForReaders() {
    one(
        new ImplicitSyncRule(),
        "cam writes buf:1 while gpu is not done with it: fence 7:1 of class READ",
        List.of(3L, 4L),
        imported(
            "cam",
            FROM,
            made("gpu", 7, 1),
            added(7, 1, FenceUsage.READ),
            access("cam", true),
            access("cam", true)));
  }

  @Test
  void readingWithoutWaitingForTheWriter() {
    one(
        new ImplicitSyncRule(),
        "cam reads buf:1 while gpu is not done with it: fence 7:1 of class WRITE",
        List.of(3L, 4L),
        imported(
            "cam", TO, made("gpu", 7, 1), added(7, 1, FenceUsage.WRITE), access("cam", false)));
  }

  @Test
  void theExporterIsAskedToo() {
    one(
        new ImplicitSyncRule(),
        "cam writes buf:1 while gpu is not done",
        List.of(3L, 4L),
        new DmaEvent.Allocated(
            "cam", PAGE, 8192, "BUDDY", List.of(new PhysRange(PAGE, 8192)), 0, false),
        new DmaEvent.Exported(BUFFER, "cam", "vb2-contig", 8192),
        made("gpu", 7, 1),
        added(7, 1, FenceUsage.READ),
        access("cam", true));
  }

  @Test
  void whatNeedsNoWaitIsSilent() {
    // Readers need not wait for readers, nobody for BOOKKEEP, and nobody for himself.
    silent(
        new ImplicitSyncRule(),
        imported("cam", TO, made("gpu", 7, 1), added(7, 1, FenceUsage.READ), access("cam", false)));
    silent(
        new ImplicitSyncRule(),
        imported(
            "cam", FROM, made("gpu", 7, 1), added(7, 1, FenceUsage.BOOKKEEP), access("cam", true)));
    silent(
        new ImplicitSyncRule(),
        imported("cam", FROM, made("cam", 7, 1), added(7, 1, FenceUsage.WRITE), access("cam", true)));
    // After the signal, after the unmap, of another device, of nobody knows whom.
    silent(
        new ImplicitSyncRule(),
        imported(
            "cam",
            FROM,
            made("gpu", 7, 1),
            added(7, 1, FenceUsage.READ),
            signaled(7, 1),
            access("cam", true)));
    silent(
        new ImplicitSyncRule(),
        imported(
            "cam",
            FROM,
            made("gpu", 7, 1),
            added(7, 1, FenceUsage.READ),
            listUnmapped("cam", PAGE, 2, FROM),
            access("cam", true),
            access("card", true)));
    silent(
        new ImplicitSyncRule(),
        imported(
            "cam",
            FROM,
            made("timeline:7", 7, 1),
            added(7, 1, FenceUsage.READ),
            access("cam", true)));
  }
}
