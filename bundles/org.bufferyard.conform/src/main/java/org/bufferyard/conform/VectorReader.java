package org.bufferyard.conform;

import java.io.BufferedReader;
import java.io.IOException;
import org.bufferyard.conform.record.BootSequences;
import org.bufferyard.conform.record.Boots;
import org.bufferyard.conform.record.CaseReader;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.conform.record.Selection;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.recorded.RecordedBoot;

/** Reads a vector file line by line and hands its cases on, in the order of the file. */
final class VectorReader {
  private final RecordFile file;
  private final Selection selection;
  private final Boots boots;
  private final BootSequences sequences;

  VectorReader(RecordFile file, Selection selection, Boots boots, BootSequences sequences) {
    this.file = file;
    this.sequences = sequences;
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
          RecordedBoot boot = boots.boot(recorded.run(), file.folder(), recorded.where());
          if (!sequences.take(recorded, boot)) {
            workers.submit(recorded, boot);
          }
        }
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }
}
