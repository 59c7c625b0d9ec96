package org.bufferyard.live;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.platform.live.PipelineStatus;
import org.bufferyard.platform.live.PipelineStatus.State;
import org.bufferyard.platform.pipeline.FrameEnd;
import org.bufferyard.platform.pipeline.FrameEnd.How;
import org.bufferyard.platform.scenario.RunReport.Dropped;
import org.bufferyard.platform.scenario.ScenarioSpec.PipelineSpec;

/**
 * What one pipeline did. The engine thread commits whole steps, so that whoever reads always finds
 * frames in = out + in flight + dropped. Safe for any thread.
 */
final class Tally {
  /** More reasons than that are one. */
  private static final int REASONS = 64;

  private static final String OTHER = "other reasons";

  private final PipelineSpec spec;
  private final FrameRate rate = new FrameRate();
  private final Map<String, Long> dropped = new LinkedHashMap<>();
  private State state = State.STOPPED;
  private String reason = "";
  private long framesIn;
  private long framesOut;
  private long inFlight;
  private long wrong;
  private long bytes;
  private long bounced;
  private long copies;
  private long faults;

  Tally(PipelineSpec spec) {
    this.spec = spec;
  }

  synchronized void state(State now, String why) {
    state = now;
    reason = why;
  }

  synchronized void commit(long in, long flying, List<FrameEnd> ends, long now) {
    framesIn = in;
    inFlight = flying;
    ends.forEach(this::count);
    rate.count(ends.size(), now);
  }

  private void count(FrameEnd end) {
    bytes += end.bytes();
    bounced += end.bouncedBytes();
    copies += end.copies();
    switch (end.how()) {
      case How.Delivered d -> framesOut++;
      case How.Wrong w -> {
        wrong++;
        drop(w.reason(), w.fault());
      }
      case How.Dropped d -> drop(d.reason(), d.fault());
    }
  }

  private void drop(String why, boolean fault) {
    faults += fault ? 1 : 0;
    boolean known = dropped.containsKey(why) || dropped.size() < REASONS;
    dropped.merge(known ? why : OTHER, 1L, Long::sum);
  }

  synchronized PipelineStatus status() {
    List<Dropped> reasons = new ArrayList<>();
    dropped.forEach((why, frames) -> reasons.add(new Dropped(why, frames)));
    reasons.sort(Comparator.comparingLong(Dropped::frames).reversed());
    return new PipelineStatus(
        spec.name(),
        spec.exporter(),
        spec.importers(),
        state,
        reason,
        rate.perSecond(System.nanoTime()),
        framesIn,
        framesOut,
        inFlight,
        reasons,
        wrong,
        bytes,
        bounced,
        copies,
        faults);
  }
}
