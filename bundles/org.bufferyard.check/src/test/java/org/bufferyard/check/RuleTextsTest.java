package org.bufferyard.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.platform.check.RuleHelp;
import org.junit.jupiter.api.Test;

/** Every rule of this bundle, and of what a board says of itself, has its text, and every text its rule. */
class RuleTextsTest {
  /** They choose how a check goes and are no finding's rule. */
  private static final Set<String> NO_FINDINGS = Set.of("I4/debug_dma_map_phys");

  private static Set<String> rulesOfTheBundle() throws IOException, ReflectiveOperationException {
    Path classes = Path.of("target/classes");
    Set<String> ids = new TreeSet<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replace('/', '.');
        addRules(Class.forName(name.substring(0, name.length() - ".class".length())), ids);
      }
    }
    addRules(RemarkRules.class, ids);
    ids.removeAll(NO_FINDINGS);
    return ids;
  }

  private static void addRules(Class<?> type, Set<String> ids) throws IllegalAccessException {
    for (Field field : type.getDeclaredFields()) {
      if (field.getType() == Rule.class && Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        ids.add(RuleHelp.idOf((Rule) field.get(null)));
      }
    }
  }

  @Test
  void everyRuleHasAText() throws IOException, ReflectiveOperationException {
    List<String> told = new ArrayList<>(RuleTexts.all().stream().map(RuleHelp::id).toList());
    assertEquals(rulesOfTheBundle(), new TreeSet<>(told));
    assertEquals(told.size(), new TreeSet<>(told).size(), "a rule is told twice");
    RuleTexts.all().forEach(rule -> assertTrue(rule.text().endsWith("."), rule.id()));
  }

  @Test
  void aParagraphWithoutATextIsAMistake() {
    assertThrows(
        IllegalStateException.class, () -> RuleTexts.parse("BOARD A8/dma_capable: a title\n"));
    assertThrows(IllegalStateException.class, () -> RuleTexts.parse("A8: a title\nA text.\n"));
  }
}
