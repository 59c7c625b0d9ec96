package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.board.Topology;

/**
 * A board read, checked and compiled at one moment, with the packages of that moment.
 *
 * @param reading the model and what reading it showed
 * @param problems all of them, errors first, each group in file order
 * @param checked those among them that checking and compiling found, with their elements
 * @param spec empty when there are errors
 */
record BoardReading(
    Reading<Topology> reading,
    List<Problem> problems,
    List<Problems.Located> checked,
    Optional<PlatformSpec> spec) {

  /** What board files are called. */
  static final String SUFFIX = ".topology";

  BoardReading {
    problems = List.copyOf(problems);
    checked = List.copyOf(checked);
  }

  static BoardReading of(byte[] text, String name, List<PhysRange> ram, ModelPackages packages) {
    Reading<Topology> reading =
        new ModelReader<>(packages, BoardPackage.eINSTANCE.getTopology(), Topology.class, SUFFIX)
            .read(text, name);
    Problems found = new Problems(reading.resource());
    boolean readable = reading.problems().stream().noneMatch(Problem::isError);
    if (readable && reading.root().isPresent()) {
      BoardCheck.check(reading.root().get(), reading.unexplained().isPresent(), found);
    }
    Optional<PlatformSpec> spec = Optional.empty();
    if (readable && reading.root().isPresent() && !found.hasErrors()) {
      spec =
          Optional.of(
              BoardCompiler.compile(reading.root().get(), ram, found)
                  .leavingOut(reading.unexplained()));
    }
    List<Problem> all = new ArrayList<>(reading.problems());
    all.addAll(found.list());
    all.sort(Comparator.comparing((Problem p) -> !p.isError()).thenComparingInt(Problem::line));
    return new BoardReading(
        reading, all, found.located(), found.hasErrors() ? Optional.empty() : spec);
  }

  /** Why the file may not be saved; empty when it may. */
  Optional<String> readOnly() {
    if (reading.unexplained().isPresent()) {
      return reading.unexplained();
    }
    if (!readable()) {
      return Optional.of("the file has errors that a save would turn into losses");
    }
    int comment = reading.packages().firstComment();
    return comment == 0
        ? Optional.empty()
        : Optional.of(
            "the comment at line " + comment + " would be lost; put it into a description");
  }

  private boolean readable() {
    return reading.root().isPresent() && reading.problems().stream().noneMatch(Problem::isError);
  }

  List<String> errors(String file) {
    return lines(file, true);
  }

  List<String> warnings(String file) {
    return lines(file, false);
  }

  private List<String> lines(String file, boolean errors) {
    return problems.stream().filter(p -> p.isError() == errors).map(p -> p.line(file)).toList();
  }

  /**
   * The board.
   *
   * @throws BadInputException with the first error
   */
  PlatformSpec orThrow(String file) {
    if (spec.isPresent()) {
      return spec.get();
    }
    throw FirstError.of(problems, file);
  }
}
