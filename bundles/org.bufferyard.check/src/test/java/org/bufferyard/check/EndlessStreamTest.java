package org.bufferyard.check;

import static org.bufferyard.check.Stream.FROM;
import static org.bufferyard.check.Stream.PAGE;
import static org.bufferyard.check.Stream.TO;
import static org.bufferyard.check.Stream.checked;
import static org.bufferyard.check.Stream.list;
import static org.bufferyard.check.Stream.listUnmapped;
import static org.bufferyard.check.Stream.map;
import static org.bufferyard.check.Stream.unmap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.check.dmadebug.DmaDebug;
import org.bufferyard.check.stream.AttachmentRule;
import org.bufferyard.check.stream.DeviceAccessRule;
import org.bufferyard.check.stream.FenceWaitRule;
import org.bufferyard.check.stream.ImplicitSyncRule;
import org.bufferyard.check.stream.PageAccessRule;
import org.bufferyard.check.stream.ReservationRule;
import org.bufferyard.check.stream.StaleBytesRule;
import org.bufferyard.check.stream.TimelineRule;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.FindingTally;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A yard that runs for ever: what it leaks must not pile up in the checker. */
class EndlessStreamTest {
  /** Enough for every book to be full. */
  private static final int ROUNDS = 100_000;

  private static final int CLEAN_ROUNDS = 20_000;
  private static final int WATCHED = 200;
  private static final long BOUND_NANOS = 20_000_000_000L;

  private static List<CheckRule> rules() {
    return List.of(
        new DmaDebug(),
        new AttachmentRule(),
        new DeviceAccessRule(),
        new FenceWaitRule(),
        new ImplicitSyncRule(),
        new PageAccessRule(),
        new ReservationRule(),
        new StaleBytesRule(),
        new TimelineRule());
  }

  private static CheckSession session(CheckRule rule, boolean joined) {
    RuleBook book = new RuleBook(List.of(rule), List.of());
    Set<Finding.Family> families = Set.of(rule.family());
    var board = Stream.board(Architecture.ARM64, MachineSpec.Bounce.NONE);
    return joined
        ? book.join(board, KernelProfile.LINUX_7_3, families)
        : book.open(board, KernelProfile.LINUX_7_3, families);
  }

  /** Everything that can be forgotten is: new buffers, mappings, timelines and addresses each time. */
  private static List<DmaEvent> leak(long round) {
    String buffer = "buf:" + round;
    long dma = PAGE + round * 0x4000;
    return List.of(
        new DmaEvent.Exported(buffer, "gpu", "prime", 8192),
        new DmaEvent.Attached(buffer, "cam", false),
        list("cam", dma, 2, TO),
        new DmaEvent.BufferMapped(buffer, "cam", TO, 1),
        map("cam", dma + 0x2000, 4096, FROM),
        new DmaEvent.FenceMade("gpu", round, 1),
        new DmaEvent.FenceAdded(buffer, round, 1, FenceUsage.WRITE.ordinal(), true, true),
        new DmaEvent.FenceWaited("cam", buffer, FenceUsage.WRITE.ordinal(), false, round, 1),
        new DmaEvent.DeviceAccess("cam", dma, 64, false),
        new DmaEvent.StaleRead("cam", dma, 64, "01", "00", "never cleaned"));
  }

  /** The same with everything given back. */
  private static List<DmaEvent> life(long round) {
    String buffer = "buf:" + round;
    long dma = PAGE + (round & 15) * 0x4000;
    return List.of(
        new DmaEvent.Exported(buffer, "gpu", "prime", 8192),
        new DmaEvent.Attached(buffer, "cam", false),
        list("cam", dma, 2, TO),
        new DmaEvent.BufferMapped(buffer, "cam", TO, 1),
        new DmaEvent.FenceMade("gpu", 7, round + 1),
        new DmaEvent.FenceAdded(buffer, 7, round + 1, FenceUsage.WRITE.ordinal(), true, true),
        new DmaEvent.FenceSignaled("timeline:7", 7, round + 1, 1),
        new DmaEvent.DeviceAccess("cam", dma, 64, false),
        listUnmapped("cam", dma, 2, TO),
        new DmaEvent.BufferUnmapped(buffer, "cam", TO),
        map("cam", dma + 0x2000, 4096, FROM),
        checked("cam", dma + 0x2000),
        unmap("cam", dma + 0x2000, 4096, FROM),
        new DmaEvent.Detached(buffer, "cam"),
        new DmaEvent.Released(buffer));
  }

  /** Reads rounds; the events of the first ones are watched from afar. */
  private static List<WeakReference<DmaEvent>> read(
      CheckSession session, FindingTally tally, int count, LongFunction<List<DmaEvent>> rounds) {
    List<WeakReference<DmaEvent>> first = new ArrayList<>();
    for (long round = 0; round < count; round++) {
      List<DmaEvent> events = rounds.apply(round);
      if (round > 0 && round <= WATCHED) {
        events.forEach(e -> first.add(new WeakReference<>(e)));
      }
      tally.add(session.read(events));
    }
    return first;
  }

  private static boolean allGone(List<WeakReference<DmaEvent>> events) {
    long end = System.nanoTime() + BOUND_NANOS;
    while (System.nanoTime() - end < 0) {
      System.gc();
      if (events.stream().allMatch(e -> e.get() == null)) {
        return true;
      }
    }
    return false;
  }

  @ParameterizedTest
  @MethodSource("rules")
  void whatIsLeakedLongAgoIsForgotten(CheckRule rule) {
    CheckSession session = session(rule, false);
    FindingTally tally = new FindingTally();
    List<WeakReference<DmaEvent>> first = read(session, tally, ROUNDS, EndlessStreamTest::leak);
    // The tally keeps the first finding of each kind, so that one may stay: it is of round 0.
    assertTrue(allGone(first), () -> rule.getClass().getSimpleName() + " holds on to early events");
    assertTrue(tally.found().size() <= FindingTally.MOST);
    session.close();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aCleanStreamStaysSilentForEver(CheckRule rule) {
    CheckSession session = session(rule, false);
    FindingTally tally = new FindingTally();
    assertTrue(allGone(read(session, tally, CLEAN_ROUNDS, EndlessStreamTest::life)));
    tally.add(session.end());
    assertEquals(List.of(), tally.found());
    assertThrows(IllegalStateException.class, () -> session.read(List.of()));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void whoJoinsSuspectsNobodyForWhatCameBefore(CheckRule rule) {
    for (int missed = 0; missed <= life(0).size(); missed++) {
      CheckSession session = session(rule, true);
      List<DmaEvent> seen = new ArrayList<>(life(0).subList(missed, life(0).size()));
      seen.addAll(life(1));
      List<Finding> found = new ArrayList<>(session.read(seen));
      found.addAll(session.end());
      assertEquals(List.of(), found, "joined after " + missed + " events");
    }
  }

  @Test
  void aDeviceThatCameAfterwardsIsWatchedInFull() {
    Stream stream = Stream.joined(new DeviceAccessRule());
    DmaEvent stray = new DmaEvent.DeviceAccess("cam", PAGE, 64, true);
    stream.see(stray, new DmaEvent.Bound("cam"), stray);
    assertEquals(1, stream.found().size(), stream.found()::toString);
    assertEquals(2, stream.found().getFirst().clues().getFirst().position());
    Stream debug = Stream.joined(new DmaDebug());
    debug.see(
        unmap("cam", PAGE, 4096, FROM), new DmaEvent.Bound("cam"), unmap("cam", PAGE, 4096, FROM));
    assertEquals(List.of("I2"), debug.rules());
  }

  @Test
  void whatRepeatsItselfIsCounted() {
    FindingTally tally = new FindingTally();
    CheckSession session = session(new DeviceAccessRule(), false);
    for (int i = 0; i < 50; i++) {
      tally.add(session.read(List.of(new DmaEvent.DeviceAccess("cam", PAGE + i * 64, 64, true))));
      tally.add(session.read(List.of(new DmaEvent.DeviceAccess("gpu", PAGE + i * 64, 64, true))));
    }
    assertEquals(List.of(50L, 50L), tally.found().stream().map(c -> c.times()).toList());
    assertEquals(99, tally.found().getLast().last());
    assertEquals(0, tally.found().getFirst().first().clues().getLast().position());
    assertEquals(0, tally.others());
  }
}
