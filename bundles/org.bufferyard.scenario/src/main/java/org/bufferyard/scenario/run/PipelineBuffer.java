package org.bufferyard.scenario.run;

import java.util.List;
import org.bufferyard.scenario.share.ExporterSide;
import org.bufferyard.scenario.share.ImporterSide;

/**
 * A buffer with the importers that are attached to it.
 *
 * @param importers shrinks when one is unplugged
 */
record PipelineBuffer(ExporterSide exporter, List<ImporterSide> importers) {
  void release() {
    importers.forEach(ImporterSide::detach);
    importers.clear();
    exporter.release();
  }
}
