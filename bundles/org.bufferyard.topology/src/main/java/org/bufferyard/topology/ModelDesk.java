package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.edit.BoardModel;
import org.bufferyard.topology.edit.BoardModels;
import org.bufferyard.topology.edit.Inspection;
import org.bufferyard.topology.edit.ModelPackage;
import org.bufferyard.topology.model.board.Architecture;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Topology;
import org.eclipse.emf.ecore.EObject;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Boards for editors. Safe for any thread. */
@Component
public final class ModelDesk implements BoardModels {
  private final ModelPackages packages;

  @Activate
  public ModelDesk(@Reference ModelPackages packages) {
    this.packages = packages;
  }

  @Override
  public BoardModel read(byte[] text, String name) {
    Map<String, Origin> origins = new TreeMap<>();
    packages.all().forEach(e -> origins.put(e.ePackage().getNsURI(), e.origin()));
    return new EditableBoard(text, BoardReading.of(text, name, List.of(), packages), origins);
  }

  @Override
  public byte[] blank(String id, String architecture) {
    Architecture chosen = Architecture.get(architecture);
    if (chosen == null) {
      throw new IllegalArgumentException("no architecture: '" + architecture + "'");
    }
    Topology board = BoardFactory.eINSTANCE.createTopology();
    board.setId(id);
    board.setName(id);
    board.setArchitecture(chosen);
    return DraftReading.text(board, packages);
  }

  @Override
  public Inspection inspect(Topology board) {
    Problems problems = new Problems(new ModelResource("board"));
    BoardCheck.check(board, false, problems);
    Optional<PlatformSpec> spec = Optional.empty();
    if (!problems.hasErrors()) {
      PlatformSpec compiled = BoardCompiler.compile(board, List.of(), problems);
      spec = problems.hasErrors() ? Optional.empty() : Optional.of(compiled);
    }
    List<Inspection.Found> found = new ArrayList<>();
    problems.located().forEach(p -> found.add(found(p)));
    found.sort(Comparator.comparing(f -> !f.isError()));
    return new Inspection(found, spec);
  }

  static Inspection.Found found(Problems.Located located) {
    return found(located.problem(), Optional.of(located.element()));
  }

  static Inspection.Found found(Problem problem, Optional<EObject> element) {
    return new Inspection.Found(
        problem.isError(),
        element,
        problem.element(),
        problem.line(),
        problem.what(),
        problem.remedy());
  }

  @Override
  public List<ModelPackage> packages() {
    return packages.all().stream()
        .map(e -> new ModelPackage(e.ePackage(), e.origin().bundle(), e.origin().version()))
        .toList();
  }

  @Override
  public Runnable listen(Consumer<String> listener) {
    packages.listen(listener);
    return () -> packages.unlisten(listener);
  }
}
