package org.bufferyard.shell.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.ShareReport;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.shell.json.ShareJson;
import org.bufferyard.shell.text.ShareText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: will this exporter's buffer work at those importers, and why. */
@Component
@CommandName("explain")
public final class ExplainCommand implements ShellCommand {
  /** Fits a bounce (256 KiB at most) and the default segment limit: nothing but the board decides. */
  private static final long DEFAULT_SIZE_BYTES = 64L << 10;
  private static final long MOST_BYTES = 1L << 30;

  private final Boards boards;
  private final Explainer explainer;

  @Activate
  public ExplainCommand(@Reference Boards boards, @Reference Explainer explainer) {
    this.boards = boards;
    this.explainer = explainer;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  /** {@code --policy}. */
  enum PolicyChoice {
    mainline(List.of(OpsPolicy.MAINLINE)),
    proposal(List.of(OpsPolicy.PROPOSAL)),
    both(List.of(OpsPolicy.MAINLINE, OpsPolicy.PROPOSAL));

    private final List<OpsPolicy> policies;

    PolicyChoice(List<OpsPolicy> policies) {
      this.policies = policies;
    }

    List<OpsPolicy> policies() {
      return policies;
    }
  }

  @Command(
      name = "explain",
      description = "Will a buffer of EXPORTER work at each IMPORTER, at what cost, and if not, why?")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final BoardOptions board = new BoardOptions();

    @Parameters(index = "1", paramLabel = "EXPORTER", description = "The device that fills it.")
    private String exporter;

    @Parameters(
        index = "2..*",
        arity = "1..*",
        paramLabel = "IMPORTER",
        description = "The devices that use it.")
    private List<String> importers;

    @Option(
        names = "--memory",
        paramLabel = "KIND",
        converter = MemoryConverter.class,
        description = "What it is made of (default: what dma_alloc_attrs gives the exporter).")
    private MemoryKind memory = MemoryKind.DEFAULT;

    @Option(
        names = "--size",
        paramLabel = "BYTES",
        converter = SizeConverter.class,
        description = "Size of the buffer (default: 64K).")
    private long sizeBytes = DEFAULT_SIZE_BYTES;

    @Option(
        names = "--policy",
        paramLabel = "mainline|proposal|both",
        description = "Whose ops: mainline's, or chosen per buffer (default: ${DEFAULT-VALUE}).")
    private PolicyChoice policy = PolicyChoice.both;

    @Option(names = "--ops", paramLabel = "NAME", description = "Use these exporter ops instead.")
    private String ops;

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

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      checkSize();
      OpenBoard open = board.open(boards, directory);
      DeviceNames names = new DeviceNames(open.spec());
      ShareReport report =
          explainer.explain(
              new ShareQuestion(
                  open.spec(),
                  kernel,
                  names.find(exporter).id(),
                  importers.stream().map(names::find).map(DeviceSpec::id).toList(),
                  memory,
                  sizeBytes,
                  policy.policies(),
                  Optional.ofNullable(ops)));
      boolean failed = report.results().stream().anyMatch(r -> failOn.contains(r.verdict()));
      return new Answer(
          new ShareText(open, report).text(), ShareJson.of(report, names), failed ? 1 : 0);
    }

    private void checkSize() {
      if (sizeBytes <= 0 || sizeBytes > MOST_BYTES) {
        throw new BadInputException(
            "a buffer has 1 to " + MOST_BYTES + " bytes",
            "--size " + Long.toUnsignedString(sizeBytes),
            "");
      }
    }
  }
}
