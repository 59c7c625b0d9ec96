package org.bufferyard.shell.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.ShareQuestion;
import org.bufferyard.platform.verdict.ShareReport;
import org.bufferyard.shell.json.ExplainJson;
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

  @Command(
      name = "explain",
      description = "Will a buffer of EXPORTER work at each IMPORTER, at what cost, and if not, why?")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final BoardOptions board = new BoardOptions();
    @Mixin private final VerdictOptions verdicts = new VerdictOptions();

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

    @Option(names = "--ops", paramLabel = "NAME", description = "Use these exporter ops instead.")
    private String ops;

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
                  verdicts.kernel(),
                  names.find(exporter).id(),
                  importers.stream().map(names::find).map(DeviceSpec::id).toList(),
                  memory,
                  sizeBytes,
                  verdicts.policies(),
                  Optional.ofNullable(ops)));
      return new Answer(
          new ShareText(open, report).text(),
          ExplainJson.of(report, names),
          verdicts.exitCode(report.results().stream().map(Share::verdict).toList()));
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
