package org.bufferyard.topology;

import java.nio.file.Path;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardDocument;
import org.bufferyard.platform.board.BoardDocuments;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.OpenBoard;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.draft.DraftImporter;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Opens boards, once or to stay. Safe for any thread. */
@Component
public final class BoardDesk implements Boards, BoardDocuments {
  private final ModelPackages packages;
  private final DraftImporter importer;

  @Activate
  public BoardDesk(@Reference ModelPackages packages, @Reference DraftImporter importer) {
    this.packages = packages;
    this.importer = importer;
  }

  @Override
  public OpenBoard open(Path file, List<Path> overlays, List<PhysRange> extraRam) {
    if (importer.reads(file)) {
      BoardDraft draft = importer.read(file, overlays, List.of()).draft();
      return DraftReading.of(draft, extraRam, packages).open(file.toString());
    }
    if (!overlays.isEmpty()) {
      throw new BadInputException(
          "goes on a devicetree, and " + file.getFileName() + " is a board file",
          "--overlay " + overlays.getFirst().getFileName(),
          "import it with its base: import BASE.dtb --overlay FILE -o " + file.getFileName());
    }
    byte[] text = TextFile.read(file, BoardReading.SUFFIX);
    BoardReading reading = BoardReading.of(text, name(file), extraRam, packages);
    PlatformSpec spec = reading.orThrow(file.toString());
    return new OpenBoard(spec, reading.warnings(file.toString()), reading.readOnly());
  }

  @Override
  public BoardSurvey survey(Path file, List<PhysRange> extraRam) {
    if (importer.reads(file)) {
      BoardDraft draft = importer.read(file, List.of(), List.of()).draft();
      return DraftReading.of(draft, extraRam, packages).survey(file.toString());
    }
    byte[] text = TextFile.read(file, BoardReading.SUFFIX);
    return BoardReading.of(text, name(file), extraRam, packages).survey(file.toString());
  }

  @Override
  public BoardDocument open(Path file) {
    return OpenBoardFile.open(file, packages);
  }

  static String name(Path file) {
    return String.valueOf(file.getFileName()).replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
