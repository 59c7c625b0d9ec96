package org.bufferyard.conform;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which cases were asked for. */
record Selection(List<String> scenarios, Optional<Pattern> runs) {
  boolean wants(String scenario) {
    return scenarios.isEmpty() || scenarios.contains(scenario);
  }

  boolean wants(String scenario, String run) {
    return wants(scenario) && runs.map(p -> p.matcher(run).find()).orElse(true);
  }
}
