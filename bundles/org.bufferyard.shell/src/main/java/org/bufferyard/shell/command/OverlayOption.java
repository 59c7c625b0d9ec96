package org.bufferyard.shell.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.input.BadInputException;
import picocli.CommandLine.Option;

/** Overlays for a board that is a devicetree. */
public final class OverlayOption {
  @Option(
      names = "--overlay",
      paramLabel = "FILE",
      description =
          "A devicetree overlay (.dtbo) to lay over BOARD; may be repeated, and is applied in the"
              + " order given.")
  private List<Path> files = List.of();

  List<Path> resolved(Path directory) {
    for (Path file : files) {
      Path resolved = directory.resolve(file);
      if (!Files.isRegularFile(resolved)) {
        throw new BadInputException(
            Files.exists(resolved) ? "is not a file" : "there is no such file",
            "--overlay " + file,
            "give a .dtbo");
      }
    }
    return files.stream().map(directory::resolve).toList();
  }
}
