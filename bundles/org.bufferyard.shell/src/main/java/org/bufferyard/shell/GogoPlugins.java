package org.bufferyard.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.bufferyard.platform.feature.PluginRuntime;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Plug-ins in the interactive shell: {@code plugin:list}, {@code plugin:install JAR} and so on. */
@Component(
    service = GogoPlugins.class,
    property = {
      "osgi.command.scope=plugin",
      "osgi.command.function=install",
      "osgi.command.function=remove",
      "osgi.command.function=list"
    })
public final class GogoPlugins {
  private final PluginRuntime plugins;

  @Activate
  public GogoPlugins(@Reference PluginRuntime plugins) {
    this.plugins = plugins;
  }

  public String install(CommandSession session, String jar) {
    return plugins.install(session.currentDir().resolve(jar));
  }

  public void remove(String symbolicName) {
    plugins.remove(symbolicName);
  }

  public List<String> list() {
    return plugins.list();
  }
}
