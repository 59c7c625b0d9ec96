package org.bufferyard.shell.command;

import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.verdict.MatrixQuestion;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.shell.json.MatrixJson;
import org.bufferyard.shell.text.MatrixText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code matrix}: the verdict for every exporter, importer and kind of memory. */
@Component
@CommandName("matrix")
public final class MatrixCommand implements ShellCommand {
  private static final long DEFAULT_SIZE_BYTES = 64L << 10;

  private final Boards boards;
  private final Explainer explainer;

  @Activate
  public MatrixCommand(@Reference Boards boards, @Reference Explainer explainer) {
    this.boards = boards;
    this.explainer = explainer;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(
      name = "matrix",
      description = "The verdict for every exporter, importer and kind of memory.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final BoardOptions board = new BoardOptions();
    @Mixin private final VerdictOptions verdicts = new VerdictOptions();

    @Option(
        names = "--memory",
        split = ",",
        paramLabel = "KIND",
        converter = MemoryConverter.class,
        description = "Kinds of memory (default: default,noncontig).")
    private List<MemoryKind> memory = List.of(MemoryKind.DEFAULT, MemoryKind.NONCONTIG);

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      OpenBoard open = board.open(boards, directory);
      DeviceNames names = new DeviceNames(open.spec());
      MatrixReport report =
          explainer.matrix(
              new MatrixQuestion(
                  open.spec(), verdicts.kernel(), memory, verdicts.policies(), DEFAULT_SIZE_BYTES));
      return new Answer(
          new MatrixText(report, names).text(),
          MatrixJson.of(report, names),
          verdicts.exitCode(report.cells().stream().flatMap(c -> c.verdict().stream()).toList()));
    }
  }
}
