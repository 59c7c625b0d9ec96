package org.bufferyard.check.board;

import java.util.List;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Severity;

/** Findings of the family that rests on no event. */
final class Board {
  private Board() {}

  static Finding finding(Severity severity, Rule rule, String element, String text) {
    return new Finding(
        Finding.Family.BOARD, severity, rule, element, text, false, List.of());
  }

  static String hex(long address) {
    return "0x" + Long.toHexString(address);
  }
}
