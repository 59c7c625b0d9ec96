package org.bufferyard.topology;

import java.util.List;
import org.bufferyard.platform.input.BadInputException;

/** The first of several errors, saying how many more there are. Stateless. */
final class FirstError {
  private FirstError() {}

  static BadInputException of(List<Problem> problems, String file) {
    List<Problem> errors = problems.stream().filter(Problem::isError).toList();
    Problem first = errors.getFirst();
    if (errors.size() == 1) {
      return first.in(file);
    }
    int more = errors.size() - 1;
    String rest = "(and " + more + (more == 1 ? " more error)" : " more errors)");
    String remedy = first.remedy().isEmpty() ? rest : first.remedy() + " " + rest;
    return Problem.error(first.line(), first.element(), first.what(), remedy).in(file);
  }
}
