package org.bufferyard.conform.record;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which cases were asked for. */
public record Selection(List<String> scenarios, Optional<Pattern> runs) {
  public boolean wants(String scenario) {
    return scenarios.isEmpty() || scenarios.contains(scenario);
  }

  public boolean wants(String scenario, String run) {
    return wants(scenario) && runs.map(p -> p.matcher(run).find()).orElse(true);
  }
}
