import { blenders } from './support/blenders.ts';
import { sceneSuite } from './support/scene-suite.ts';

sceneSuite(blenders.bpy45);
