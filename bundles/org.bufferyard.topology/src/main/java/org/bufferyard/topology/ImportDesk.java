package org.bufferyard.topology;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.board.BoardImports;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.draft.DraftImporter;
import org.bufferyard.platform.draft.ImportedBoard;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.topology.model.board.Topology;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Imports boards. Safe for any thread. */
@Component
public final class ImportDesk implements BoardImports {
  private final ModelPackages packages;
  private final DraftImporter importer;

  @Activate
  public ImportDesk(@Reference ModelPackages packages, @Reference DraftImporter importer) {
    this.packages = packages;
    this.importer = importer;
  }

  @Override
  public BoardImport read(Path file, List<Path> overlays, List<PhysRange> ram) {
    ImportedBoard imported = importer.read(file, overlays, ram);
    DraftReading reading = DraftReading.of(imported.draft(), List.of(), packages);
    return new BoardImport(
        imported.report(), reading.lines(file.toString()), List.of());
  }

  @Override
  public BoardImport write(
      Path file, List<Path> overlays, List<PhysRange> ram, Path target) {
    if (!target.toString().endsWith(BoardReading.SUFFIX)) {
      throw new BadInputException(
          "is not called " + BoardReading.SUFFIX, target.toString(), "name it so");
    }
    ImportedBoard imported = importer.read(file, overlays, ram);
    DraftReading reading = DraftReading.of(imported.draft(), List.of(), packages);
    if (!Files.exists(target)) {
      TextFile.create(target, reading.text());
      return new BoardImport(imported.report(), reading.lines(file.toString()), List.of());
    }
    byte[] disk = TextFile.read(target, BoardReading.SUFFIX);
    BoardReading there = BoardReading.of(disk, BoardDesk.name(target), List.of(), packages);
    List<String> changes = merge(target, there, imported.draft());
    byte[] text = new ModelWriter(packages).write(there.reading().root().orElseThrow());
    if (!Arrays.equals(text, disk)) {
      TextFile.replace(target, disk, text);
    }
    BoardReading now = BoardReading.of(text, BoardDesk.name(target), List.of(), packages);
    List<String> found = new ArrayList<>(now.errors(target.toString()));
    found.addAll(now.warnings(target.toString()));
    return new BoardImport(imported.report(), found, changes);
  }

  /**
   * What cannot be read cannot be merged. What can be read but is no whole board, for want of RAM for
   * one, may become one by this very import.
   */
  private List<String> merge(Path target, BoardReading there, BoardDraft draft) {
    List<Problem> unreadable = there.reading().problems();
    boolean broken = unreadable.stream().anyMatch(Problem::isError);
    if (broken && there.reading().unexplained().isEmpty()) {
      throw FirstError.of(unreadable, target.toString());
    }
    there
        .readOnly()
        .ifPresent(
            why -> {
              throw new BadInputException(
                  "takes no second import, it is read-only: " + why, target.toString(), "");
            });
    Topology board = there.reading().root().orElseThrow();
    return BoardMerge.merge(board, DraftConverter.convert(draft, packages));
  }
}
