package org.bufferyard.topology;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bufferyard.platform.scenario.ScenarioSpec;
import org.bufferyard.platform.scenario.Scenarios;
import org.bufferyard.topology.model.scenario.Scenario;
import org.bufferyard.topology.model.scenario.ScenarioPackage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Opens scenario files. Safe for any thread. */
@Component
public final class ScenarioDesk implements Scenarios {
  private final ModelPackages packages;

  @Activate
  public ScenarioDesk(@Reference ModelPackages packages) {
    this.packages = packages;
  }

  @Override
  public ScenarioSpec open(Path file) {
    byte[] text = TextFile.read(file, ".scenario");
    Reading<Scenario> reading =
        new ModelReader<>(
                packages, ScenarioPackage.eINSTANCE.getScenario(), Scenario.class, ".scenario")
            .read(text, BoardDesk.name(file));
    List<Problem> problems = new ArrayList<>(reading.problems());
    // A scenario has nothing to show without the part that is missing: it is refused.
    reading.unexplained().ifPresent(why -> problems.add(Problem.error(0, "", why, "")));
    if (problems.stream().noneMatch(Problem::isError)) {
      Problems found = new Problems(reading.resource());
      ScenarioCompiler.check(reading.root().orElseThrow(), found);
      problems.addAll(found.list());
    }
    if (problems.stream().anyMatch(Problem::isError)) {
      throw FirstError.of(problems, file.toString());
    }
    return ScenarioCompiler.compile(reading.root().orElseThrow());
  }
}
