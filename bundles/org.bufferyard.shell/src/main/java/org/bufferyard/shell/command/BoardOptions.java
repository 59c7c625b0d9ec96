package org.bufferyard.shell.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.input.BadInputException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The board a command is about. */
public final class BoardOptions {
  @Parameters(
      index = "0",
      paramLabel = "BOARD",
      description = "A .topology file, drawn or imported, or a .dtb.")
  private Path file;

  @Option(
      names = "--ram",
      paramLabel = "BASE:SIZE",
      converter = RamConverter.class,
      description = "Memory that firmware fills in; may be repeated.")
  private List<PhysRange> ram = List.of();

  @Mixin private final OverlayOption overlays = new OverlayOption();

  OpenBoard open(Boards boards, Path directory) {
    Path resolved = directory.resolve(file);
    check(resolved, file.toString());
    return boards.open(resolved, overlays.resolved(directory), ram);
  }

  static BoardSurvey survey(
      Boards boards, Path resolved, String asTyped, List<PhysRange> ram) {
    check(resolved, asTyped);
    return boards.survey(resolved, ram);
  }

  private static void check(Path resolved, String asTyped) {
    if (!Files.isRegularFile(resolved)) {
      throw new BadInputException(
          Files.exists(resolved) ? "is not a file" : "there is no such file",
          asTyped,
          "give a .topology or a .dtb, such as launch/yards/thread-2017/board.topology");
    }
  }
}
