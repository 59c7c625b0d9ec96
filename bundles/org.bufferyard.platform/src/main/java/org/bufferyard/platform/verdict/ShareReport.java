package org.bufferyard.platform.verdict;

import java.util.List;

/**
 * The answer to explain: one result a policy and importer, in argument order.
 *
 * @param board name
 * @param kernel profile name
 */
public record ShareReport(String board, String kernel, List<Share> results) {
  public ShareReport {
    results = List.copyOf(results);
  }
}
