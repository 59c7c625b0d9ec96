package org.bufferyard.shell.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.board.BoardImports;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.shell.json.ImportJson;
import org.bufferyard.shell.text.ImportText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import}: a devicetree becomes a board file, and what was made of it is said. */
@Component
@CommandName("import")
public final class ImportCommand implements ShellCommand {
  private final BoardImports imports;

  @Activate
  public ImportCommand(@Reference BoardImports imports) {
    this.imports = imports;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(name = "import", description = "Make a board file of a devicetree blob.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "FILE", description = "A devicetree blob (.dtb).")
    private Path file;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "OUT.topology",
        description = "The board file to write; without it there is only the report.")
    private Path output;

    @Option(
        names = "--ram",
        paramLabel = "BASE:SIZE",
        converter = RamConverter.class,
        description = "Memory that firmware fills in; may be repeated.")
    private List<PhysRange> ram = List.of();

    @Mixin private final OverlayOption overlays = new OverlayOption();

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      Path resolved = directory.resolve(file);
      if (!Files.isRegularFile(resolved)) {
        throw new BadInputException(
            Files.exists(resolved) ? "is not a file" : "there is no such file",
            file.toString(),
            "give a .dtb");
      }
      List<Path> laid = overlays.resolved(directory);
      Optional<Path> target = Optional.ofNullable(output);
      BoardImport done =
          target.isPresent()
              ? imports.write(resolved, laid, ram, directory.resolve(target.get()))
              : imports.read(resolved, laid, ram);
      return new Answer(
          new ImportText(done, target).text(), ImportJson.of(done, target), 0);
    }
  }
}
