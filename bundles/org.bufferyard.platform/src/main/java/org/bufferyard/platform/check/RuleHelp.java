package org.bufferyard.platform.check;

import java.util.Objects;
import org.bufferyard.api.kernel.Rule;

/**
 * What a rule is about, for people who meet one of its findings.
 *
 * @param id SEMANTICS id and kernel function, {@code "I3/check_unmap"}: stable, and unique
 * @param title a short sentence without a full stop
 * @param text why it is wrong and what to do about it; a paragraph
 */
public record RuleHelp(Finding.Family family, String id, String title, String text) {
  public RuleHelp {
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(title, "title");
    Objects.requireNonNull(text, "text");
  }

  /** The id of a finding's rule. */
  public static String idOf(Rule rule) {
    return rule.id() + "/" + rule.function();
  }
}
