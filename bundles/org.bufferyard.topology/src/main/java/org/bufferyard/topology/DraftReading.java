package org.bufferyard.topology;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.topology.model.board.Topology;

/**
 * A draft that became a board file, read back as any board file is.
 *
 * @param text of the board file
 * @param reading what reading it showed; its lines are of the text, which nobody has seen
 */
record DraftReading(byte[] text, BoardReading reading) {

  static DraftReading of(BoardDraft draft, List<PhysRange> ram, ModelPackages packages) {
    byte[] text = text(DraftConverter.convert(draft, packages), packages);
    return new DraftReading(text, BoardReading.of(text, "import", ram, packages));
  }

  /** The file of a board that stands in no resource. */
  static byte[] text(Topology board, ModelPackages packages) {
    ModelResource resource = new ModelResource("import");
    packages.newResourceSet().getResources().add(resource);
    resource.getContents().add(board);
    return new ModelWriter(packages).write(board);
  }

  /**
   * @throws org.bufferyard.platform.input.BadInputException with the first error
   */
  OpenBoard open(String file) {
    List<Problem> problems = withoutLines();
    if (reading.spec().isEmpty()) {
      throw FirstError.of(problems, file);
    }
    return new OpenBoard(reading.spec().get(), warnings(file), Optional.empty());
  }

  /**
   * @throws org.bufferyard.platform.input.BadInputException with the first error
   */
  BoardSurvey survey(String file) {
    return reading.withoutLines().survey(file);
  }

  private List<String> warnings(String file) {
    return withoutLines().stream().filter(p -> !p.isError()).map(p -> p.line(file)).toList();
  }

  /** Every finding, one line each: a board without RAM is worth a file too. */
  List<String> lines(String file) {
    return withoutLines().stream().map(p -> p.line(file)).toList();
  }

  private List<Problem> withoutLines() {
    return reading.problems().stream().map(Problem::withoutLine).toList();
  }
}
