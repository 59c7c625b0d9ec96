package org.bufferyard.api.allocator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.bufferyard.api.contract.AllocatorWalk;
import org.bufferyard.api.contract.BounceWalk;
import org.bufferyard.api.contract.IovaWalk;
import org.bufferyard.api.contract.SuiteRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A random history lets a correct book pass, and finds the defects that a history can show. */
final class WalkTest {
  private static DefectiveAllocatorKind.Defect frames;
  private static DefectiveBouncePoolKind.Defect slots;
  private static DefectiveIovaAllocatorKind.Defect iovas;

  /**
   * @param unseen defects in what a history never does: it prefers without insisting, hands over
   *     what its own kind gave, opens one book
   */
  private static void finds(Enum<?> defect, Set<String> unseen, Class<?> suite) {
    SuiteRun run = SuiteRun.of(suite);
    boolean passes = defect.name().equals("NONE") || unseen.contains(defect.name());
    assertEquals(passes, run.failures().isEmpty(), () -> defect + ": " + run.failures());
  }

  @ParameterizedTest
  @EnumSource(DefectiveAllocatorKind.Defect.class)
  void ofFrames(DefectiveAllocatorKind.Defect defect) {
    frames = defect;
    finds(
        defect,
        Set.of("IGNORES_THE_PREFERENCE", "ADOPTS_ANYTHING", "ONE_BOOK_A_KIND"),
        Frames.class);
  }

  @ParameterizedTest
  @EnumSource(DefectiveBouncePoolKind.Defect.class)
  void ofSlots(DefectiveBouncePoolKind.Defect defect) {
    slots = defect;
    finds(defect, Set.of("IGNORES_THE_PREFERENCE", "ADOPTS_ANYTHING", "CROSSES_SEGMENTS"), Slots.class);
  }

  @ParameterizedTest
  @EnumSource(DefectiveIovaAllocatorKind.Defect.class)
  void ofIovas(DefectiveIovaAllocatorKind.Defect defect) {
    iovas = defect;
    finds(
        defect,
        Set.of("FREES_WHAT_IT_IS_TOLD", "ADOPTS_ANYTHING", "RESERVES_LIVE_RANGES"),
        Iovas.class);
  }

  /** Not run on its own. */
  static final class Frames extends AllocatorWalk {
    @Override
    protected AllocatorKind kind() {
      return new DefectiveAllocatorKind(frames);
    }
  }

  /** Not run on its own. */
  static final class Slots extends BounceWalk {
    @Override
    protected BouncePoolKind kind() {
      return new DefectiveBouncePoolKind(slots);
    }
  }

  /** Not run on its own. */
  static final class Iovas extends IovaWalk {
    @Override
    protected IovaAllocatorKind kind() {
      return new DefectiveIovaAllocatorKind(iovas);
    }
  }
}
