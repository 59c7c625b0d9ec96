package org.bufferyard.api.allocator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.bufferyard.api.allocator.DefectiveAllocatorKind.Defect;
import org.bufferyard.api.contract.AllocatorContract;
import org.bufferyard.api.contract.SuiteRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite lets a correct allocator pass and names the one rule that a broken one breaks. */
final class AllocatorContractTest {

  private static Defect defect = Defect.NONE;

  @ParameterizedTest
  @EnumSource(Defect.class)
  void suiteNamesExactlyTheBrokenRule(Defect broken) {
    defect = broken;
    SuiteRun run = SuiteRun.of(Suite.class);
    assertEquals(
        broken == Defect.NONE ? Set.of() : Set.of(broken.rule),
        run.failures().keySet(),
        () -> run.failures().toString());
    assertTrue(run.passed() >= 14, () -> run.passed() + " rules ran");
  }

  /** Not run on its own. */
  static final class Suite extends AllocatorContract {
    @Override
    protected AllocatorKind kind() {
      return new DefectiveAllocatorKind(defect);
    }
  }
}
