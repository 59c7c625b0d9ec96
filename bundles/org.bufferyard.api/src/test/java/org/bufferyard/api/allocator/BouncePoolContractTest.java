package org.bufferyard.api.allocator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.bufferyard.api.allocator.DefectiveBouncePoolKind.Defect;
import org.bufferyard.api.contract.BouncePoolContract;
import org.bufferyard.api.contract.SuiteRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite lets a correct bounce pool pass and names the one rule that a broken one breaks. */
final class BouncePoolContractTest {

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
    assertTrue(run.passed() >= 15, () -> run.passed() + " rules ran");
  }

  /** Not run on its own. */
  static final class Suite extends BouncePoolContract {
    @Override
    protected BouncePoolKind kind() {
      return new DefectiveBouncePoolKind(defect);
    }
  }
}
