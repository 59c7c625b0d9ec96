package org.bufferyard.scenario.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.platform.scenario.RunReport.Dropped;

/** Counts frames that did not get through, by reason, in the order the reasons came up. */
final class FrameLosses {
  private final Map<String, Long> byReason = new LinkedHashMap<>();

  void add(String reason, long frames) {
    if (frames > 0) {
      byReason.merge(reason, frames, Long::sum);
    }
  }

  List<Dropped> dropped() {
    return byReason.entrySet().stream().map(e -> new Dropped(e.getKey(), e.getValue())).toList();
  }
}
