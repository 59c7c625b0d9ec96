package org.bufferyard.shell.command;

import java.util.List;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.verdict.Verdict;
import picocli.CommandLine.Option;

/** The options of every command that gives verdicts: whose ops, which kernel, what counts as bad. */
public final class VerdictOptions {

  /** {@code --policy}. */
  enum PolicyChoice {
    mainline(List.of(OpsPolicy.MAINLINE)),
    proposal(List.of(OpsPolicy.PROPOSAL)),
    both(List.of(OpsPolicy.MAINLINE, OpsPolicy.PROPOSAL));

    private final List<OpsPolicy> policies;

    PolicyChoice(List<OpsPolicy> policies) {
      this.policies = policies;
    }
  }

  @Option(
      names = "--policy",
      paramLabel = "mainline|proposal|both",
      description = "Whose ops: mainline's, or chosen per buffer (default: ${DEFAULT-VALUE}).")
  private PolicyChoice policy = PolicyChoice.both;

  @Option(
      names = "--kernel",
      paramLabel = "PROFILE",
      converter = KernelConverter.class,
      description = "4.10-arm, 4.12-arm, 6.1, 6.12 or 7.3 (default: 7.3).")
  private KernelProfile kernel = KernelProfile.DEFAULT;

  @Option(
      names = "--fail-on",
      split = ",",
      paramLabel = "VERDICT",
      description = "Exit with 1 when one of these verdicts comes up.")
  private List<Verdict> failOn = List.of();

  List<OpsPolicy> policies() {
    return policy.policies;
  }

  KernelProfile kernel() {
    return kernel;
  }

  /** The exit code that these verdicts earn. */
  int exitCode(List<Verdict> verdicts) {
    return verdicts.stream().anyMatch(failOn::contains) ? 1 : 0;
  }
}
