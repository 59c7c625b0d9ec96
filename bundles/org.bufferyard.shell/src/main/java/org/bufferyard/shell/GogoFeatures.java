package org.bufferyard.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.InstalledFeature;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Features in the interactive shell: {@code feature:list}, {@code feature:install FILE} and so on. */
@Component(
    service = GogoFeatures.class,
    property = {
      "osgi.command.scope=feature",
      "osgi.command.function=install",
      "osgi.command.function=update",
      "osgi.command.function=remove",
      "osgi.command.function=list",
      "osgi.command.function=problems"
    })
public final class GogoFeatures {
  private final FeatureRuntime features;

  @Activate
  public GogoFeatures(@Reference FeatureRuntime features) {
    this.features = features;
  }

  public String install(CommandSession session, String json) {
    return line(features.install(session.currentDir().resolve(json)));
  }

  public String update(CommandSession session, String json) {
    return line(features.update(session.currentDir().resolve(json)));
  }

  public void remove(String name) {
    features.remove(name);
  }

  public List<String> list() {
    return features.list().stream().map(GogoFeatures::line).toList();
  }

  /** What does not run, and what it lacks. */
  public List<String> problems() {
    return features.problems();
  }

  private static String line(InstalledFeature feature) {
    return "%s %s: %s"
        .formatted(feature.name(), feature.version(), String.join(", ", feature.bundles()));
  }
}
