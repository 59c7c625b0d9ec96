package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.PoolUse;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.board.BoardSurvey;
import org.bufferyard.platform.board.RemarkRules;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.model.board.BoardPackage;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;

/**
 * A board read, checked and compiled at one moment, with the packages of that moment.
 *
 * @param reading the model and what reading it showed
 * @param problems all of them, errors first, each group in file order
 * @param checked those among them that checking and compiling found, with their elements
 * @param compiled empty when what there is cannot be compiled
 */
record BoardReading(
    Reading<Topology> reading,
    List<Problem> problems,
    List<Problems.Located> checked,
    Optional<PlatformSpec> compiled) {

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
    Optional<PlatformSpec> compiled = Optional.empty();
    if (readable && reading.root().isPresent() && !found.hasErrors()) {
      compiled =
          Optional.of(
              BoardCompiler.compile(reading.root().get(), ram, found)
                  .leavingOut(reading.unexplained()));
    }
    List<Problem> all = new ArrayList<>(reading.problems());
    all.addAll(found.list());
    all.sort(Comparator.comparing((Problem p) -> !p.isError()).thenComparingInt(Problem::line));
    return new BoardReading(reading, all, found.located(), compiled);
  }

  /** The same of a text that nobody has seen. */
  BoardReading withoutLines() {
    return new BoardReading(
        reading,
        problems.stream().map(Problem::withoutLine).toList(),
        checked.stream()
            .map(l -> new Problems.Located(l.problem().withoutLine(), l.element()))
            .toList(),
        compiled);
  }

  /** The board to run; empty when there are errors. */
  Optional<PlatformSpec> spec() {
    return problems.stream().anyMatch(Problem::isError) ? Optional.empty() : compiled;
  }

  /**
   * The board to look at: one that lacks nothing but memory will do.
   *
   * @param file as a person calls it
   * @throws BadInputException with the first error
   */
  BoardSurvey survey(String file) {
    boolean lacksMemory = compiled.isPresent() && compiled.get().memory().isEmpty();
    long errors = problems.stream().filter(Problem::isError).count();
    if (compiled.isEmpty() || errors > (lacksMemory ? 1 : 0)) {
      throw FirstError.of(problems, file);
    }
    return new BoardSurvey(
        driven(compiled.get()), problems.stream().filter(p -> !p.isError()).map(this::remark).toList());
  }

  /** Devices without the regions that their drivers leave alone, as far as their types say. */
  private PlatformSpec driven(PlatformSpec board) {
    PlatformSpec driven = board;
    for (EObject element : (Iterable<EObject>) () -> reading.resource().getAllContents()) {
      Optional<DeviceSpec> spec =
          element instanceof Device device ? board.device(Elements.label(device)) : Optional.empty();
      if (spec.isPresent() && !spec.get().pools().isEmpty()) {
        boolean translated =
            !spec.get().streams().isEmpty() && !board.machine().iommu().passthrough();
        PoolUse use = HardwareModels.pools(element.eClass(), spec.get().model());
        driven = use.attaches(translated) ? driven : driven.with(spec.get().withPools(List.of()));
      }
    }
    return driven;
  }

  private BoardSurvey.Remark remark(Problem problem) {
    String text =
        (problem.element().isEmpty() ? "" : problem.element() + ": ")
            + problem.what()
            + (problem.remedy().isEmpty() ? "" : "; " + problem.remedy());
    String element =
        checked.stream()
            .filter(l -> l.problem().equals(problem))
            .map(l -> Elements.nearestId(l.element()))
            .findFirst()
            .orElse(problem.element());
    return new BoardSurvey.Remark(problem.rule().orElse(RemarkRules.FILE), element, text);
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
    return spec().orElseThrow(() -> FirstError.of(problems, file));
  }
}
