package org.bufferyard.shell.running;

import java.util.List;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.PipelineWish;

/**
 * A running yard as it is kept over a stop. The board is kept as its file: what was edited meanwhile
 * counts.
 */
record SavedYard(
    String name, String source, String kernel, String flavour, List<PipelineWish> pipelines) {

  static SavedYard of(LiveYard yard) {
    LiveYardSpec spec = yard.spec();
    return new SavedYard(
        spec.name(), spec.source(), spec.kernel().name(), spec.flavour(), yard.wishes());
  }
}
