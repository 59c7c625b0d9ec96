package org.bufferyard.platform.verdict;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One step of a reason chain.
 *
 * @param step from 1
 * @param rule specification id
 * @param kernel kernel function
 * @param element id of the model element
 * @param text one sentence with its numbers
 * @param values the numbers by name
 */
public record ChainStep(
    int step, String rule, String kernel, String element, String text, Map<String, String> values) {
  public ChainStep {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
