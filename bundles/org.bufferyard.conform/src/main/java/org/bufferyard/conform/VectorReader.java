package org.bufferyard.conform;

import java.io.BufferedReader;
import java.io.IOException;
import org.bufferyard.platform.input.BadInputException;

/** Reads a vector file line by line and hands its cases on, in order. */
final class VectorReader {
  private final RecordFile file;
  private final Selection selection;
  private final Boots boots;

  VectorReader(RecordFile file, Selection selection, Boots boots) {
    this.file = file;
    this.selection = selection;
    this.boots = boots;
  }

  /**
   * @throws BadInputException at the first broken line
   */
  void feed(Workers workers) {
    int number = 0;
    try (BufferedReader lines = file.open()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        RecordedCase recorded = CaseReader.read(line, file.name() + ":" + number);
        if (selection.wants(recorded.scenario(), recorded.run())) {
          workers.submit(recorded, boots.boot(recorded.run(), file.folder(), recorded.where()));
        }
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }
}
