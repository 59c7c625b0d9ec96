package org.bufferyard.scenario;

import java.util.List;
import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.RuleHelp;
import org.bufferyard.platform.spec.PlatformSpec;

/** A checker without rules. */
final class NothingFound implements Checks {
  @Override
  public CheckSession open(
      PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families) {
    return new CheckSession() {
      @Override
      public List<Finding> read(List<DmaEvent> events) {
        return List.of();
      }

      @Override
      public void clearWarnOnce() {}

      @Override
      public List<Finding> end() {
        return List.of();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public CheckSession join(
      PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families) {
    return open(board, kernel, families);
  }

  @Override
  public List<RuleHelp> rules() {
    return List.of();
  }

  @Override
  public List<Finding> of(PlatformSpec board, KernelProfile kernel) {
    return List.of();
  }
}
