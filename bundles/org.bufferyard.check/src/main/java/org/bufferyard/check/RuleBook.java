package org.bufferyard.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.check.BoardRule;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.RuleHelp;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Opens sessions over the rules that are there. Stateless; safe for any thread. */
@Component
public final class RuleBook implements Checks {
  private final List<CheckRule> rules;
  private final List<BoardRule> boardRules;

  /** Rules of one family report in the order of their class names, so that a report never varies. */
  @Activate
  public RuleBook(
      @Reference(
              cardinality = ReferenceCardinality.MULTIPLE,
              policyOption = ReferencePolicyOption.GREEDY)
          List<CheckRule> rules,
      @Reference(
              cardinality = ReferenceCardinality.MULTIPLE,
              policyOption = ReferencePolicyOption.GREEDY)
          List<BoardRule> boardRules) {
    this.rules =
        rules.stream()
            .sorted(
                Comparator.comparing(CheckRule::family)
                    .thenComparing(r -> r.getClass().getName()))
            .toList();
    this.boardRules =
        boardRules.stream().sorted(Comparator.comparing(r -> r.getClass().getName())).toList();
  }

  @Override
  public CheckSession open(
      PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families) {
    return session(board, kernel, families, false);
  }

  @Override
  public CheckSession join(
      PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families) {
    return session(board, kernel, families, true);
  }

  private CheckSession session(
      PlatformSpec board, KernelProfile kernel, Set<Finding.Family> families, boolean joined) {
    return new StreamSession(
        board, kernel, joined, rules.stream().filter(r -> families.contains(r.family())).toList());
  }

  @Override
  public List<RuleHelp> rules() {
    return RuleTexts.all();
  }

  @Override
  public List<Finding> of(PlatformSpec board, KernelProfile kernel) {
    List<Finding> findings = new ArrayList<>();
    boardRules.forEach(rule -> findings.addAll(rule.check(board, kernel)));
    return List.copyOf(findings);
  }
}
