package org.bufferyard.check.stream;

import java.util.List;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;

/** How the rules of this package report: findings that name two events. */
final class Reports {
  private final CheckSite site;

  Reports(CheckSite site) {
    this.site = site;
  }

  /** The device's name, or the element's id when it is none. */
  String name(String element) {
    return site.board().device(element).map(d -> d.name()).orElse(element);
  }

  /**
   * @param clues the earlier event first
   */
  void error(Rule rule, String element, String text, Clue... clues) {
    report(Finding.Severity.ERROR, rule, element, text, clues);
  }

  /**
   * @param clues the earlier event first
   */
  void warning(Rule rule, String element, String text, Clue... clues) {
    report(Finding.Severity.WARNING, rule, element, text, clues);
  }

  private void report(
      Finding.Severity severity, Rule rule, String element, String text, Clue... clues) {
    site.report(
        new Finding(
            Finding.Family.STREAM, severity, rule, element, text, false, List.of(clues)));
  }

  static String range(long address, long length) {
    return "0x" + Long.toHexString(address) + "+" + Long.toUnsignedString(length);
  }
}
