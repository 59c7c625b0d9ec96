package org.bufferyard.live;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.pipeline.Pipelines;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.Yards;

/**
 * What all running yards share.
 *
 * @param bell has the coordinator look for new choices
 * @param gone is told of a yard that was closed
 * @param changed is told after what people want has changed
 */
record Workshop(
    Yards yards,
    Pipelines pipelines,
    Checks checks,
    Bounds bounds,
    Pacer pacer,
    Runnable bell,
    Consumer<StreamingYard> gone,
    Runnable changed) {
  Yard yard(LiveYardSpec spec) {
    YardOptions options =
        new YardOptions(
            spec.kernel(),
            spec.flavour(),
            true,
            Optional.of(Duration.ofMillis(bounds.callMillis())));
    return yards.open(spec.board(), options);
  }

  Optional<CheckSession> session(LiveYardSpec spec) {
    return bounds.checks()
        ? Optional.of(
            checks.open(
                spec.board(),
                spec.kernel(),
                Set.of(Finding.Family.DMA_DEBUG, Finding.Family.STREAM)))
        : Optional.empty();
  }

  void ring() {
    bell.run();
  }

  void closed(StreamingYard yard) {
    gone.accept(yard);
  }
}
