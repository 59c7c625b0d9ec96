package org.bufferyard.feature;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Configurations that a feature made.
 *
 * @param undo by PID: puts back what stood there before; each is run at most once
 */
record AppliedConfigurations(Map<String, Runnable> undo) {

  static AppliedConfigurations none() {
    return new AppliedConfigurations(Map.of());
  }

  List<String> pids() {
    return List.copyOf(undo.keySet());
  }

  AppliedConfigurations without(List<String> pids) {
    Map<String, Runnable> left = new LinkedHashMap<>(undo);
    left.keySet().removeAll(pids);
    return new AppliedConfigurations(left);
  }

  void undoAll() {
    undo.values().forEach(Runnable::run);
  }
}
